import { describe, expect, it } from "vitest";

import { compareLines, mergeTexts } from "./merge";

const NAMES = { mine: "mine", theirs: "theirs" };

describe("comparing lines", () => {
  it("marks on each side what the other lacks", () => {
    const { left, right } = compareLines("a\nb\nc", "a\nx\nc\nd");
    expect(left.filter((line) => line.only).map((line) => line.text)).toEqual(["b"]);
    expect(right.filter((line) => line.only).map((line) => line.text)).toEqual(["x", "d"]);
  });

  it("finds nothing in equal texts", () => {
    const { left, right } = compareLines("a\nb", "a\nb");
    expect([...left, ...right].some((line) => line.only)).toBe(false);
  });
});

describe("merging", () => {
  it("takes changes of both sides that do not touch", () => {
    const base = "one\ntwo\nthree\nfour";
    expect(mergeTexts(base, "ONE\ntwo\nthree\nfour", "one\ntwo\nthree\nFOUR", NAMES)).toEqual({
      text: "ONE\ntwo\nthree\nFOUR",
      conflicts: 0,
    });
  });

  it("keeps additions at different places and deletions", () => {
    expect(mergeTexts("a\nb\nc", "a\nnew\nb\nc", "a\nb", NAMES).text).toBe("a\nnew\nb");
  });

  it("lets both stand where they contradict", () => {
    const merged = mergeTexts("a\nb\nc", "a\nmine\nc", "a\ntheirs\nc", NAMES);
    expect(merged.conflicts).toBe(1);
    expect(merged.text).toBe("a\n<<<<<<< mine\nmine\n=======\ntheirs\n>>>>>>> theirs\nc");
  });

  it("is quiet when both did the same", () => {
    expect(mergeTexts("a\nb", "a\nB", "a\nB", NAMES)).toEqual({ text: "a\nB", conflicts: 0 });
  });

  it("loses no line of either side", () => {
    const merged = mergeTexts("", "mine only", "theirs only", NAMES);
    expect(merged.text).toContain("mine only");
    expect(merged.text).toContain("theirs only");
  });
});
