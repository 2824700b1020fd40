import { expect, it } from "vitest";

import { byPlace, inOrder, misplaced } from "./order";

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

it("keeps the order that was chosen while pieces change, join and leave", () => {
  const order = inOrder([piece(1, 1), piece(3, 3), piece(8, 4), piece(5, 2)], [3, 2, 1]);

  expect(order.map(({ id }) => id)).toEqual([3, 1, 5, 8]);
});
