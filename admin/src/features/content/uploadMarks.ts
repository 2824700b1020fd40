/** Pictures on their way into a text: a sign where they will stand, which moves with the words around it. */

import { StateEffect, StateField } from "@codemirror/state";
import { Decoration, EditorView, WidgetType, type DecorationSet } from "@codemirror/view";

import type { Media } from "@/api/types";

const begin = StateEffect.define<{ id: number; at: number; words: string }>({
  map: (value, changes) => ({ ...value, at: changes.mapPos(value.at, 1) }),
});
const progress = StateEffect.define<{ id: number; words: string }>();
const end = StateEffect.define<{ id: number }>();

class Sign extends WidgetType {
  constructor(
    readonly id: number,
    readonly words: string,
  ) {
    super();
  }

  override eq(other: Sign): boolean {
    return other.id === this.id && other.words === this.words;
  }

  toDOM(): HTMLElement {
    const sign = document.createElement("span");
    sign.className = "cm-upload";
    sign.setAttribute("role", "status");
    sign.textContent = this.words;
    return sign;
  }
}

const sign = (id: number, words: string) => Decoration.widget({ widget: new Sign(id, words), side: 1, id });

export const uploadMarks = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(before, transaction) {
    let marks = before.map(transaction.changes);
    for (const effect of transaction.effects) {
      if (effect.is(begin)) {
        marks = marks.update({ add: [sign(effect.value.id, effect.value.words).range(effect.value.at)] });
      } else if (effect.is(progress)) {
        const at = placeOf(marks, effect.value.id);
        if (at === null) continue;
        marks = marks.update({
          filter: (_, __, mark) => mark.spec.id !== effect.value.id,
          add: [sign(effect.value.id, effect.value.words).range(at)],
        });
      } else if (effect.is(end)) {
        marks = marks.update({ filter: (_, __, mark) => mark.spec.id !== effect.value.id });
      }
    }
    return marks;
  },
  provide: (field) => EditorView.decorations.from(field),
});

function placeOf(marks: DecorationSet, id: number): number | null {
  for (const cursor = marks.iter(); cursor.value; cursor.next()) {
    if (cursor.value.spec.id === id) return cursor.from;
  }
  return null;
}

export interface Uploader {
  upload: (file: File, onProgress: (part: number) => void) => Promise<Media>;
  words: (name: string, part: number) => string;
  markdown: (media: Media) => string;
  failed: (file: File, error: unknown) => void;
}

let next = 1;

/** Upload files, and put each where it was dropped or pasted as soon as it is stored. */
export function uploadInto(view: EditorView, files: File[], at: number, uploader: Uploader): void {
  for (const file of files) {
    const id = next++;
    view.dispatch({ effects: begin.of({ id, at, words: uploader.words(file.name, 0) }) });
    const tell = (part: number) => view.dispatch({ effects: progress.of({ id, words: uploader.words(file.name, part) }) });
    uploader
      .upload(file, tell)
      .then((media) => {
        const place = placeOf(view.state.field(uploadMarks), id);
        if (place === null) return;
        view.dispatch({ changes: { from: place, insert: asBlock(view, place, uploader.markdown(media)) }, effects: end.of({ id }) });
      })
      .catch((error: unknown) => {
        view.dispatch({ effects: end.of({ id }) });
        uploader.failed(file, error);
      });
  }
}

/** On a line of its own unless it stands within one. */
function asBlock(view: EditorView, at: number, text: string): string {
  const line = view.state.doc.lineAt(at);
  return line.text.trim() === "" ? `${text}\n` : text;
}
