/** Which rows of a list are chosen. Pure. */

export interface Selection {
  ids: ReadonlySet<number>;
  /** The row that was touched last: where a range with Shift begins. */
  last: number | null;
}

export const NOTHING: Selection = { ids: new Set(), last: null };

/** Turn one row on or off; with Shift, everything from the last touched row to this one follows it. */
export function toggle({ ids, last }: Selection, order: number[], id: number, shift: boolean): Selection {
  const wanted = !ids.has(id);
  const next = new Set(ids);
  const [from, to] = [order.indexOf(last ?? id), order.indexOf(id)];
  const range = shift && from >= 0 && to >= 0 ? order.slice(Math.min(from, to), Math.max(from, to) + 1) : [id];
  for (const one of range) {
    if (wanted) next.add(one);
    else next.delete(one);
  }
  return { ids: next, last: id };
}

/** All rows, or none when all are chosen already. */
export function toggleAll({ ids }: Selection, order: number[]): Selection {
  return order.every((id) => ids.has(id)) ? NOTHING : { ids: new Set(order), last: null };
}

/** What is still in the list: what left it is no longer meant. */
export function within({ ids }: Selection, order: number[]): number[] {
  return order.filter((id) => ids.has(id));
}
