import { EditorSelection, type Line } from "@codemirror/state";
import type { EditorView } from "@codemirror/view";

/** Put `mark` around each selection, or take it away where it stands. */
export function toggleWrap(mark: string): (view: EditorView) => boolean {
  return (view) => {
    const { state } = view;
    if (state.readOnly) return false;
    const size = mark.length;
    view.dispatch(
      state.changeByRange((range) => {
        const isMarked =
          state.sliceDoc(range.from - size, range.from) === mark && state.sliceDoc(range.to, range.to + size) === mark;
        if (isMarked) {
          return {
            changes: [
              { from: range.from - size, to: range.from },
              { from: range.to, to: range.to + size },
            ],
            range: EditorSelection.range(range.anchor - size, range.head - size),
          };
        }
        return {
          changes: [
            { from: range.from, insert: mark },
            { from: range.to, insert: mark },
          ],
          range: EditorSelection.range(range.anchor + size, range.head + size),
        };
      }),
    );
    return true;
  };
}

/** Make the selection the text of a link, with the cursor where its address belongs. */
export function wrapLink(view: EditorView): boolean {
  const { state } = view;
  if (state.readOnly) return false;
  view.dispatch(
    state.changeByRange((range) => ({
      changes: [
        { from: range.from, insert: "[" },
        { from: range.to, insert: "](https://)" },
      ],
      range: EditorSelection.range(range.to + 3, range.to + 11),
    })),
  );
  return true;
}

/** Begin each selected line with `mark`, or take it away when all have it. */
export function toggleLine(mark: string): (view: EditorView) => boolean {
  return (view) => {
    const { state } = view;
    if (state.readOnly) return false;
    const lines = selectedLines(view);
    const isMarked = lines.every((line) => line.text.startsWith(mark));
    view.dispatch({
      changes: lines.map((line) =>
        isMarked ? { from: line.from, to: line.from + mark.length } : { from: line.from, insert: mark },
      ),
    });
    return true;
  };
}

function selectedLines(view: EditorView): Line[] {
  const { doc, selection } = view.state;
  const { from, to } = selection.main;
  const lines: Line[] = [];
  for (let number = doc.lineAt(from).number; number <= doc.lineAt(to).number; number += 1) {
    lines.push(doc.line(number));
  }
  return lines;
}
