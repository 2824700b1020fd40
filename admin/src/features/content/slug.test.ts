import { expect, it } from "vitest";

import { autoSlug, isFollowing, ownSlug } from "./slug";

const piece = { id: 7, kind: "post" as const, live_path: null };

it("makes a slug of a title as the server does", () => {
  expect(autoSlug("  On folding: a month’s plan! ")).toBe("on-folding-a-months-plan");
  expect(autoSlug("Über Ćma & Niño")).toBe("uber-cma-nino");
  expect(autoSlug("…")).toBe("");
  expect(autoSlug("x".repeat(200))).toHaveLength(80);
});

it("follows the title until somebody chose an address", () => {
  expect(isFollowing(piece, "post-3", "")).toBe(true);
  expect(isFollowing(piece, "a-title", "A title")).toBe(true);
  expect(isFollowing(piece, ownSlug("a-title", 7), "A title")).toBe(true);
  expect(isFollowing(piece, "chosen", "A title")).toBe(false);
});

it("stays once readers know it", () => {
  expect(isFollowing({ ...piece, live_path: "/a-title/" }, "a-title", "A title")).toBe(false);
});
