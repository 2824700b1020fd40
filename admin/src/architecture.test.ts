import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";

import { expect, it } from "vitest";

const SOURCE = new URL(".", import.meta.url).pathname;

/** Which rooms a room may look into; its own is always allowed. */
const MAY_IMPORT: Record<string, string[]> = {
  app: ["features", "ui", "api"],
  features: ["ui", "api"],
  ui: ["api"],
  api: [],
};

function sources(): string[] {
  return readdirSync(SOURCE, { recursive: true, encoding: "utf8" }).filter((file) => /\.tsx?$/.test(file));
}

function importsOf(file: string): string[] {
  const text = readFileSync(join(SOURCE, file), "utf8");
  return [...text.matchAll(/(?:from|import\()\s*"([^"]+)"/g)].map((match) => match[1] ?? "");
}

it("lets rooms import downwards, and features never each other", () => {
  const wrong = sources().flatMap((file) => {
    const [room = "", feature] = file.split("/");
    if (!(room in MAY_IMPORT)) return [];
    return importsOf(file)
      .map((name) => (name.startsWith("@/") ? name.slice(2) : null))
      .filter((name) => name !== null)
      .filter((name) => {
        const [other = "", sibling] = name.split("/");
        if (room === "features" && other === "features") return sibling !== feature;
        return other !== room && !MAY_IMPORT[room]?.includes(other);
      })
      .map((name) => `${relative(".", file)} imports ${name}`);
  });
  expect(wrong).toEqual([]);
});

it("leaves no room by a relative path", () => {
  const wrong = sources().filter((file) => importsOf(file).some((name) => name.startsWith("../")));
  expect(wrong).toEqual([]);
});

it("asks no other server for anything", () => {
  const wrong = sources()
    .filter((file) => !file.endsWith(".test.ts") && !file.endsWith("schema.d.ts"))
    .filter((file) => /["'`]https?:\/\/(?!\))[\w.]+\.\w+/.test(readFileSync(join(SOURCE, file), "utf8")));
  expect(wrong).toEqual([]);
});
