/** The order of the pieces of a series. Pure. */

interface Placed {
  id: number;
  series_position: number | null;
}

/** As readers are led: by place, those without one last; the older first where places are equal. */
export function byPlace<T extends Placed>(pieces: readonly T[]): T[] {
  const place = ({ series_position }: Placed) => series_position ?? Number.POSITIVE_INFINITY;
  return [...pieces].sort((one, other) => {
    const [a, b] = [place(one), place(other)];
    return a === b ? one.id - other.id : a - b;
  });
}

/** In the order of `ids`; whoever joined since stands at the end. */
export function inOrder<T extends Placed>(pieces: readonly T[], ids: readonly number[]): T[] {
  const known = ids.flatMap((id) => pieces.find((piece) => piece.id === id) ?? []);
  return [...known, ...byPlace(pieces.filter(({ id }) => !ids.includes(id)))];
}

/** Those whose place, counted from one, is not the one they have in this order. */
export function misplaced<T extends Placed>(order: readonly T[]): { piece: T; place: number }[] {
  return order
    .map((piece, index) => ({ piece, place: index + 1 }))
    .filter(({ piece, place }) => piece.series_position !== place);
}
