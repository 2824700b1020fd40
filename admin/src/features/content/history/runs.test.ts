import { expect, it } from "vitest";

import type { Run } from "@/api/types";

import { countChanges, foldRows, rowsOf, sideOf } from "./runs";

const same = (text: string): Run => ({ op: "same", text });
const added = (text: string): Run => ({ op: "insert", text });
const gone = (text: string): Run => ({ op: "delete", text });

it("puts a change into the row of its line", () => {
  const rows = rowsOf([same("One\nTwo "), gone("old"), added("new"), same(" end\nThree")]);

  expect(rows.map((row) => row.isChanged)).toEqual([false, true, false]);
  expect(rows[1]?.runs).toEqual([same("Two "), gone("old"), added("new"), same(" end\n")]);
});

it("loses no letter of either text", () => {
  const runs = [gone("A\nB\n"), same("C\n\n"), added("D\n"), same("E")];
  const rows = rowsOf(runs);
  const text = (side: "old" | "new") => rows.flatMap((row) => sideOf(row, side)).map((run) => run.text).join("");

  expect(text("old")).toBe("A\nB\nC\n\nE");
  expect(text("new")).toBe("C\n\nD\nE");
});

it("folds what is far from every change", () => {
  const lines = Array.from({ length: 20 }, (_, index) => `line ${index}\n`).join("");
  const stretches = foldRows(rowsOf([same(lines), added("new\n"), same(lines)]), 2);

  expect(stretches.map(({ kind, rows }) => [kind, rows.length])).toEqual([
    ["fold", 18],
    ["rows", 5],
    ["fold", 17],
  ]);
});

it("folds no single row, which would save nothing", () => {
  const stretches = foldRows(rowsOf([same("a\n"), added("b"), same("\nc\nd\n")]), 1);

  expect(stretches.every(({ kind }) => kind === "rows")).toBe(true);
});

it("counts words that came and went", () => {
  expect(countChanges([same("the "), gone("old house"), added("new"), same(" stands")])).toEqual({ added: 1, removed: 2 });
});
