import { expect, it } from "vitest";

import { NOTHING, toggle, toggleAll, within } from "./selection";

const ORDER = [5, 4, 3, 2, 1];

it("takes the range between two rows with Shift, in either direction", () => {
  const down = toggle(toggle(NOTHING, ORDER, 4, false), ORDER, 2, true);
  const up = toggle(toggle(NOTHING, ORDER, 2, false), ORDER, 4, true);

  expect([...down.ids].sort()).toEqual([2, 3, 4]);
  expect([...up.ids].sort()).toEqual([2, 3, 4]);
});

it("takes a range away again when its end was chosen", () => {
  const all = toggleAll(NOTHING, ORDER);
  const fewer = toggle(toggle(all, ORDER, 5, false), ORDER, 3, true);

  expect(within(fewer, ORDER)).toEqual([2, 1]);
});

it("chooses all, then none", () => {
  const all = toggleAll(NOTHING, ORDER);

  expect(within(all, ORDER)).toEqual(ORDER);
  expect(within(toggleAll(all, ORDER), ORDER)).toEqual([]);
});

it("means only what is still in the list", () => {
  expect(within(toggleAll(NOTHING, ORDER), [4, 1])).toEqual([4, 1]);
});
