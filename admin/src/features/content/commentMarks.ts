/** Passages with comments, marked in the text; they move with the words until they are set anew. */

import { StateEffect, StateField } from "@codemirror/state";
import { Decoration, EditorView, type DecorationSet } from "@codemirror/view";

export interface CommentMark {
  id: number;
  from: number;
  to: number;
  isActive: boolean;
}

export const setCommentMarks = StateEffect.define<CommentMark[]>();

export const commentMarks = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(before, transaction) {
    let marks = before.map(transaction.changes);
    for (const effect of transaction.effects) {
      if (!effect.is(setCommentMarks)) continue;
      const { length } = transaction.newDoc;
      const inside = effect.value.filter(({ from, to }) => from < to && to <= length);
      marks = Decoration.set(
        inside.map(({ id, from, to, isActive }) =>
          Decoration.mark({ class: isActive ? "cm-comment cm-comment-active" : "cm-comment", id }).range(from, to),
        ),
        true,
      );
    }
    return marks;
  },
  provide: (field) => EditorView.decorations.from(field),
});

/** The comment whose passage stands at a place; the innermost when there are several. */
export function commentAt(view: EditorView, at: number): number | null {
  let found: number | null = null;
  view.state.field(commentMarks).between(at, at, (from, to, mark) => {
    if (from <= at && at <= to) found = mark.spec.id as number;
  });
  return found;
}
