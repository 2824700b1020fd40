import { expect, it } from "vitest";

import type { Comment } from "@/api/types";

import { placeIn, threadsOf, toCodePoints, toUnits } from "./passages";

function comment(fields: Partial<Comment> & { quote?: string; start?: number; found?: "exact" | "fuzzy" | "lost" }): Comment {
  const { quote, start = 0, found = "exact", ...rest } = fields;
  const end = start + [...(quote ?? "")].length;
  return {
    id: 1,
    parent_id: null,
    anchor:
      quote === undefined
        ? null
        : { revision_id: 1, start, end, quote, found, place: found === "lost" ? null : { start, end } },
    ...rest,
  } as Comment;
}

it("counts an emoji as one, where the editor counts two", () => {
  const text = "a 🌞 sun";

  expect(toCodePoints(text, text.indexOf("sun"))).toBe(4);
  expect(toUnits(text, 4)).toBe(text.indexOf("sun"));
});

it("marks the passage that the server found", () => {
  expect(placeIn("🌞 the sheet", comment({ quote: "sheet", start: 6 }))).toEqual({ from: 7, to: 12 });
});

it("follows words that moved since the server looked", () => {
  const text = "New words first. Fold the sheet. And a sheet again.";

  expect(placeIn(text, comment({ quote: "the sheet", start: 5 }))).toEqual({ from: 22, to: 31 });
});

it("marks nothing where the passage is lost or gone", () => {
  expect(placeIn("text", comment({ quote: "sheet", start: 0, found: "lost" }))).toBeNull();
  expect(placeIn("text", comment({ quote: "sheet", start: 0 }))).toBeNull();
});

it("orders threads as the text does, and keeps answers with what they answer", () => {
  const comments = [
    comment({ id: 1 }),
    comment({ id: 2, quote: "two", start: 4 }),
    comment({ id: 3, quote: "one", start: 0 }),
    comment({ id: 4, parent_id: 2 }),
  ];
  const threads = threadsOf(comments, "one two");

  expect(threads.map(({ comment: { id } }) => id)).toEqual([3, 2, 1]);
  expect(threads[1]?.answers.map(({ id }) => id)).toEqual([4]);
});
