import { expect, it } from "vitest";

import { isAddress, lostFields, moved, parseLength, writeLength } from "./kinds";

it.each([
  ["", null],
  ["187", 187],
  ["3:07", 187],
  ["1:02:03", 3723],
])("reads %j as a length", (text, seconds) => {
  expect(parseLength(text)).toBe(seconds);
});

it("knows what is no length", () => {
  expect(parseLength("three minutes")).toBeNaN();
  expect(parseLength("3:99")).toBeNaN();
});

it("writes a length as people do, and reads it back", () => {
  expect([0, 187, 3723].map(writeLength)).toEqual(["0:00", "3:07", "1:02:03"]);
  expect(parseLength(writeLength(3723))).toBe(3723);
});

it("moves an item, and nothing beyond the ends", () => {
  expect(moved(["a", "b", "c"], 2, 0)).toEqual(["c", "a", "b"]);
  expect(moved(["a", "b"], 0, 2)).toEqual(["a", "b"]);
  expect(moved(["a", "b"], 0, -1)).toEqual(["a", "b"]);
});

it("lets no half-typed address travel", () => {
  expect(["http", "https://", "https://x", "/media/ab/c.mp4"].map(isAddress)).toEqual([false, false, true, true]);
});

it("names what another kind has no place for, and nothing that was never filled in", () => {
  const audio = { audio: { url: "https://a.example/1.mp3" }, duration_s: 60, episode: null, episode_type: "full", explicit: false, transcript: "Hello" };

  expect(lostFields(audio, "video")).toEqual(["audio"]);
  expect(lostFields(audio, "post")).toEqual(["audio", "duration_s", "transcript"]);
  expect(lostFields({ contacts: [], dateline: "", embargo_zone: "Europe/Madrid" }, "post")).toEqual([]);
});
