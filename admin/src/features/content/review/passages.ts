/** Passages of a text that comments are about: from the server's code points to the editor's units. Pure. */

import type { Comment } from "@/api/types";

export interface Passage {
  from: number;
  to: number;
}

/** How many code points stand before a place that the editor counts in UTF-16 units. */
export function toCodePoints(text: string, unit: number): number {
  let count = 0;
  for (const letter of text.slice(0, unit)) count += letter.length > 0 ? 1 : 0;
  return count;
}

/** The place in UTF-16 units that stands after so many code points. */
export function toUnits(text: string, codePoints: number): number {
  let unit = 0;
  let count = 0;
  for (const letter of text) {
    if (count >= codePoints) break;
    unit += letter.length;
    count += 1;
  }
  return unit;
}

/**
 * Where a comment's passage stands in this text, which may be newer than what the server compared:
 * at the place it named if the words are the same, else where they stand nearest to it.
 */
export function placeIn(text: string, { anchor }: Pick<Comment, "anchor">): Passage | null {
  if (!anchor?.place) return null;
  const from = toUnits(text, anchor.place.start);
  const to = toUnits(text, anchor.place.end);
  const words = text.slice(from, to);
  if (anchor.found !== "exact" && anchor.found !== "context") return from < to ? { from, to } : null;
  if (words === anchor.quote) return { from, to };
  const at = nearest(text, anchor.quote, from);
  if (at !== null) return { from: at, to: at + anchor.quote.length };
  return anchor.found === "context" && from < to ? { from, to } : null;
}

/** Where these words stand nearest to a place; null when they are gone. */
export function nearest(text: string, words: string, around: number): number | null {
  if (!words) return null;
  const before = text.lastIndexOf(words, around);
  const after = text.indexOf(words, around);
  if (before < 0 || after < 0) return Math.max(before, after) < 0 ? null : Math.max(before, after);
  return around - before <= after - around ? before : after;
}

export interface Thread {
  comment: Comment;
  answers: Comment[];
  place: Passage | null;
}

/** Comments with their answers: open ones in the order of the text, then those without a passage. */
export function threadsOf(comments: Comment[], text: string): Thread[] {
  const answers = new Map<number, Comment[]>();
  for (const comment of comments) {
    if (comment.parent_id !== null) answers.set(comment.parent_id, [...(answers.get(comment.parent_id) ?? []), comment]);
  }
  return comments
    .filter((comment) => comment.parent_id === null)
    .map((comment) => ({ comment, answers: answers.get(comment.id) ?? [], place: placeIn(text, comment) }))
    .sort((one, other) => rank(one) - rank(other) || one.comment.id - other.comment.id);
}

function rank({ place }: Thread): number {
  return place?.from ?? Number.MAX_SAFE_INTEGER;
}
