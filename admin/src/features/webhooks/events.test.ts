import { expect, it } from "vitest";

import { groupEvents, withNames } from "./events";

const KINDS = ["piece.created", "piece.moved", "tag.changed", "webhook.ping"].map((name) => ({
  name,
  about: name === "piece.moved" ? "A piece went from one state to another." : "Something.",
  schema: {},
}));

it("groups events by what they are about, without the test", () => {
  expect(groupEvents(KINDS).map(({ subject, kinds }) => [subject, kinds.length])).toEqual([
    ["piece", 2],
    ["tag", 1],
  ]);
});

it("finds events by their names and by what is said of them", () => {
  expect(groupEvents(KINDS, " STATE ").flatMap(({ kinds }) => kinds.map((kind) => kind.name))).toEqual(["piece.moved"]);
  expect(groupEvents(KINDS, "tag.")).toHaveLength(1);
});

it("chooses a whole group, and leaves the others alone", () => {
  const chosen = withNames(["tag.changed", "piece.moved"], ["piece.created", "piece.moved"], true);
  expect(chosen).toEqual(["tag.changed", "piece.created", "piece.moved"]);
  expect(withNames(chosen, ["piece.created", "piece.moved"], false)).toEqual(["tag.changed"]);
});
