import { expect, it } from "vitest";

import { clashesIn, isProposal, mergedChanges, withPicks, type MergeProposal } from "./clashes";

const proposal: MergeProposal = {
  title: "Theirs",
  body: "🌞 red leaf, four folds.",
  excerpt: "",
  clean: false,
  conflicts: [
    { field: "body", base: "two", mine: "four", theirs: "three", start: 12, end: 16 },
    { field: "body", base: "green", mine: "red", theirs: "brown", start: 2, end: 5 },
    { field: "slug", base: "a", mine: "b", theirs: "c", start: null, end: null },
  ],
};

it("puts theirs where it was picked, and leaves mine elsewhere", () => {
  const clashes = clashesIn(proposal, "body");

  expect(clashes.map(({ mine }) => mine)).toEqual(["red", "four"]);
  expect(withPicks(proposal.body, clashes, ["mine", "mine"])).toBe(proposal.body);
  expect(withPicks(proposal.body, clashes, ["theirs", "mine"])).toBe("🌞 brown leaf, four folds.");
  expect(withPicks(proposal.body, clashes, ["theirs", "theirs"])).toBe("🌞 brown leaf, three folds.");
});

it("takes of a proposal only the texts that I changed", () => {
  expect(mergedChanges({ body: "mine", tags: ["a"] }, proposal)).toEqual({ body: proposal.body, tags: ["a"] });
});

it("takes nothing else for a proposal", () => {
  expect([null, {}, { body: "x", conflicts: "y" }, proposal].map(isProposal)).toEqual([false, false, false, true]);
});
