import { describe, expect, it } from "vitest";

import { languageChoices, languageName } from "./languages";

describe("languages", () => {
  it("are called by their name, and by their tag when that is none", () => {
    expect(languageName("de")).toBe("German");
    expect(languageName("not a tag")).toBe("not a tag");
  });

  it("are offered unless a translation has them", () => {
    const tags = languageChoices(["DE", "pt-br"]).map(({ value }) => value);
    expect(tags).toContain("es");
    expect(tags).not.toContain("de");
    expect(tags).not.toContain("pt-BR");
  });
});
