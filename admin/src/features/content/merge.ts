/** Lines of two or three texts, compared. Pure. */

const LARGEST = 4_000_000;

/** For each line of `from`, the index of the same line in `to`, or -1. Increasing where matched. */
export function matchLines(from: string[], to: string[]): number[] {
  const matched = new Array<number>(from.length).fill(-1);
  let start = 0;
  while (start < from.length && start < to.length && from[start] === to[start]) {
    matched[start] = start;
    start += 1;
  }
  let end = 0;
  while (
    end < from.length - start &&
    end < to.length - start &&
    from[from.length - 1 - end] === to[to.length - 1 - end]
  ) {
    matched[from.length - 1 - end] = to.length - 1 - end;
    end += 1;
  }
  longestCommon(from, to, start, from.length - end, to.length - end, matched);
  return matched;
}

function longestCommon(from: string[], to: string[], start: number, fromEnd: number, toEnd: number, matched: number[]) {
  const rows = fromEnd - start;
  const columns = toEnd - start;
  // Two long texts without a common frame: called wholly different rather than compared for minutes.
  if (rows <= 0 || columns <= 0 || rows * columns > LARGEST) return;
  const width = columns + 1;
  const length = new Uint32Array((rows + 1) * width);
  for (let row = rows - 1; row >= 0; row -= 1) {
    for (let column = columns - 1; column >= 0; column -= 1) {
      length[row * width + column] =
        from[start + row] === to[start + column]
          ? (length[(row + 1) * width + column + 1] ?? 0) + 1
          : Math.max(length[(row + 1) * width + column] ?? 0, length[row * width + column + 1] ?? 0);
    }
  }
  let row = 0;
  let column = 0;
  while (row < rows && column < columns) {
    if (from[start + row] === to[start + column]) {
      matched[start + row] = start + column;
      row += 1;
      column += 1;
    } else if ((length[(row + 1) * width + column] ?? 0) >= (length[row * width + column + 1] ?? 0)) {
      row += 1;
    } else {
      column += 1;
    }
  }
}

export interface Line {
  text: string;
  /** The other text has no such line here. */
  only: boolean;
}

/** Both texts line by line, each line marked when the other lacks it. */
export function compareLines(left: string, right: string): { left: Line[]; right: Line[] } {
  const leftLines = left.split("\n");
  const rightLines = right.split("\n");
  const matched = matchLines(leftLines, rightLines);
  const found = new Set(matched);
  return {
    left: leftLines.map((text, index) => ({ text, only: matched[index] === -1 })),
    right: rightLines.map((text, index) => ({ text, only: !found.has(index) })),
  };
}

export interface Merged {
  text: string;
  /** How many places both sides changed differently; they stand between marks. */
  conflicts: number;
}

/** Lay two sets of changes to `base` over each other, line by line. */
export function mergeTexts(base: string, mine: string, theirs: string, names: { mine: string; theirs: string }): Merged {
  const baseLines = base.split("\n");
  const mineLines = mine.split("\n");
  const theirLines = theirs.split("\n");
  const toMine = matchLines(baseLines, mineLines);
  const toTheirs = matchLines(baseLines, theirLines);
  const out: string[] = [];
  let conflicts = 0;
  let at = { base: 0, mine: 0, theirs: 0 };

  for (let index = 0; index <= baseLines.length; index += 1) {
    const atEnd = index === baseLines.length;
    const nextMine = atEnd ? mineLines.length : (toMine[index] ?? -1);
    const nextTheirs = atEnd ? theirLines.length : (toTheirs[index] ?? -1);
    if (nextMine < 0 || nextTheirs < 0) continue;
    const chunk = {
      base: baseLines.slice(at.base, index),
      mine: mineLines.slice(at.mine, nextMine),
      theirs: theirLines.slice(at.theirs, nextTheirs),
    };
    if (isEqual(chunk.mine, chunk.base)) out.push(...chunk.theirs);
    else if (isEqual(chunk.theirs, chunk.base) || isEqual(chunk.mine, chunk.theirs)) out.push(...chunk.mine);
    else {
      conflicts += 1;
      out.push(`<<<<<<< ${names.mine}`, ...chunk.mine, "=======", ...chunk.theirs, `>>>>>>> ${names.theirs}`);
    }
    if (!atEnd) out.push(baseLines[index] ?? "");
    at = { base: index + 1, mine: nextMine + 1, theirs: nextTheirs + 1 };
  }
  return { text: out.join("\n"), conflicts };
}

function isEqual(one: string[], other: string[]): boolean {
  return one.length === other.length && one.every((line, index) => line === other[index]);
}
