/** The server's proposal for two changes of one text, and the choices it leaves to the writer. Pure. */

import type { PieceChanges } from "@/api/types";

/** What both sides changed differently; `start` and `end` count code points of the proposed text. */
export interface Clash {
  field: string;
  base: unknown;
  mine: unknown;
  theirs: unknown;
  start: number | null;
  end: number | null;
}

/** Both changes in one. Where they clash it holds mine, and `conflicts` has both. */
export interface MergeProposal {
  title: string;
  body: string;
  excerpt: string;
  clean: boolean;
  conflicts: Clash[];
}

export type Pick = "mine" | "theirs";

const TEXTS = ["title", "body", "excerpt"] as const;

export function isProposal(value: unknown): value is MergeProposal {
  return (
    typeof value === "object" &&
    value !== null &&
    "body" in value &&
    "conflicts" in value &&
    Array.isArray(value.conflicts)
  );
}

/** The clashes inside one text, in its order. */
export function clashesIn(proposal: MergeProposal, field: string): Clash[] {
  return proposal.conflicts
    .filter((clash) => clash.field === field && clash.start !== null && clash.end !== null)
    .sort((one, other) => (one.start ?? 0) - (other.start ?? 0));
}

/** The proposed text with theirs in the place of mine wherever that was picked. */
export function withPicks(text: string, clashes: Clash[], picks: readonly Pick[]): string {
  const letters = [...text];
  let out = "";
  let at = 0;
  clashes.forEach((clash, index) => {
    const [start, end] = [clash.start ?? 0, clash.end ?? 0];
    out += letters.slice(at, start).join("");
    out += picks[index] === "theirs" ? String(clash.theirs ?? "") : letters.slice(start, end).join("");
    at = end;
  });
  return out + letters.slice(at).join("");
}

/** The changes that a proposal makes of mine: its texts where I changed them, all else as I have it. */
export function mergedChanges(mine: PieceChanges, proposal: MergeProposal): PieceChanges {
  const texts = Object.fromEntries(TEXTS.filter((field) => field in mine).map((field) => [field, proposal[field]]));
  return { ...mine, ...texts };
}
