import { expect, it } from "vitest";

import { momentsOf, wallOf } from "./wallTime";

const iso = (wall: string, zone: string) => momentsOf(wall, zone).map((moment) => moment.toISOString());

it("knows one moment on an ordinary day", () => {
  expect(iso("2026-12-01T09:00", "Europe/Madrid")).toEqual(["2026-12-01T08:00:00.000Z"]);
});

it("knows none in the gap when the clocks go forward", () => {
  expect(iso("2027-03-28T02:30", "Europe/Madrid")).toEqual([]);
});

it("knows two when the clocks go back, the earlier first", () => {
  expect(iso("2026-10-25T02:30", "Europe/Madrid")).toEqual([
    "2026-10-25T00:30:00.000Z",
    "2026-10-25T01:30:00.000Z",
  ]);
});

it("handles zones far from Greenwich and half hours", () => {
  expect(iso("2026-06-01T00:15", "Pacific/Kiritimati")).toEqual(["2026-05-31T10:15:00.000Z"]);
  expect(iso("2026-06-01T00:15", "Asia/Kolkata")).toEqual(["2026-05-31T18:45:00.000Z"]);
});

it("says nothing about nonsense", () => {
  expect(momentsOf("", "UTC")).toEqual([]);
});

it("shows what the clock shows", () => {
  expect(wallOf(new Date("2026-12-01T08:00:00Z"), "Europe/Madrid")).toBe("2026-12-01T09:00");
});
