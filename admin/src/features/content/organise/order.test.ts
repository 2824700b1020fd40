import { expect, it } from "vitest";

import { byPlace, misplaced } from "./order";

const piece = (id: number, series_position: number | null) => ({ id, series_position });

it("orders by place, and puts those without one last, the older first", () => {
  const order = byPlace([piece(9, null), piece(4, 2), piece(3, null), piece(2, 2), piece(7, 1)]);

  expect(order.map(({ id }) => id)).toEqual([7, 2, 4, 3, 9]);
});

it("names only what must be written", () => {
  const changes = misplaced([piece(7, 1), piece(2, 2), piece(4, 2), piece(3, null)]);

  expect(changes.map(({ piece: { id }, place }) => [id, place])).toEqual([
    [4, 3],
    [3, 4],
  ]);
});
