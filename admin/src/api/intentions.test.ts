import { expect, it } from "vitest";

import { keyFor, settleIntention } from "./intentions";

const PATH = "/api/v1/tags";

it("repeats the key of a request that nobody answered", () => {
  const first = keyFor("POST", PATH, "lost");

  expect(keyFor("POST", PATH, "lost")).toBe(first);
});

it("repeats it after a failure of the server, which may have done it", () => {
  const first = keyFor("POST", PATH, "failed");
  settleIntention(PATH, "failed", 503);

  expect(keyFor("POST", PATH, "failed")).toBe(first);
});

it("takes the same thing meant again for another thing", () => {
  const first = keyFor("POST", PATH, "again");
  settleIntention(PATH, "again", 201);

  expect(keyFor("POST", PATH, "again")).not.toBe(first);
});

it("gives another body another key", () => {
  expect(keyFor("POST", PATH, "one")).not.toBe(keyFor("POST", PATH, "two"));
});

it("forgets an intention that is long gone", () => {
  const first = keyFor("POST", PATH, "old", 0);

  expect(keyFor("POST", PATH, "old", 11 * 60_000)).not.toBe(first);
});

it("gives no key to what makes nothing", () => {
  expect(keyFor("POST", "/api/v1/preview", "")).toBeNull();
  expect(keyFor("PATCH", PATH, "")).toBeNull();
});
