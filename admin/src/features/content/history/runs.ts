/** The runs of a comparison, in rows that stand side by side, with the unchanged ones folded. Pure. */

import type { Run } from "@/api/types";

export interface Row {
  runs: Run[];
  isChanged: boolean;
}

export type Stretch = { kind: "rows"; rows: Row[] } | { kind: "fold"; rows: Row[] };

/** Cut runs into rows where both texts begin a new line; a change stays in one row with its line. */
export function rowsOf(runs: Run[]): Row[] {
  const rows: Row[] = [];
  let open: Run[] = [];
  const close = () => {
    if (open.length > 0) rows.push({ runs: open, isChanged: open.some(({ op }) => op !== "same") });
    open = [];
  };
  for (const run of runs) {
    if (run.op !== "same") {
      if (run.text) open.push(run);
      continue;
    }
    const lines = run.text.split("\n");
    lines.forEach((line, index) => {
      const text = index < lines.length - 1 ? `${line}\n` : line;
      if (text) open.push({ op: "same", text });
      if (index < lines.length - 1) close();
    });
  }
  close();
  return rows;
}

/** Fold what did not change, but leave `context` rows around every change; a fold hides at least two. */
export function foldRows(rows: Row[], context = 2): Stretch[] {
  const near = rows.map((_, index) =>
    rows.slice(Math.max(0, index - context), index + context + 1).some((row) => row.isChanged),
  );
  const stretches: Stretch[] = [];
  rows.forEach((row, index) => {
    const kind = near[index] ? "rows" : "fold";
    const last = stretches.at(-1);
    if (last?.kind === kind) last.rows.push(row);
    else stretches.push({ kind, rows: [row] });
  });
  return stretches.map((stretch) => (stretch.rows.length < 2 ? { ...stretch, kind: "rows" } : stretch));
}

/** One side of a row: the older text, or the newer one. */
export function sideOf(row: Row, side: "old" | "new"): Run[] {
  return row.runs.filter(({ op }) => op === "same" || op === (side === "old" ? "delete" : "insert"));
}

/** How many words a comparison added and took away. */
export function countChanges(runs: Run[]): { added: number; removed: number } {
  const words = (op: Run["op"]) =>
    runs
      .filter((run) => run.op === op)
      .reduce((sum, { text }) => sum + (text.match(/[\p{L}\p{N}]+/gu)?.length ?? 0), 0);
  return { added: words("insert"), removed: words("delete") };
}
