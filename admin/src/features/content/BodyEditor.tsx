import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { markdown, markdownKeymap, markdownLanguage } from "@codemirror/lang-markdown";
import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { searchKeymap } from "@codemirror/search";
import { Compartment, EditorState, type Extension } from "@codemirror/state";
import {
  Decoration,
  drawSelection,
  EditorView,
  keymap,
  MatchDecorator,
  placeholder,
  ViewPlugin,
  type DecorationSet,
  type ViewUpdate,
} from "@codemirror/view";
import { styleTags, tags as tag } from "@lezer/highlight";
import { useEffect, useImperativeHandle, useRef, type Ref } from "react";

import { commentAt, commentMarks, setCommentMarks, type CommentMark } from "./commentMarks";
import { toggleLine, toggleWrap, wrapLink } from "./markdownCommands";
import { t } from "./strings";
import { uploadInto, uploadMarks, type Uploader } from "./uploadMarks";

export interface BodyHandle {
  insertBlock: (text: string) => void;
  format: (what: Format) => void;
  focus: () => void;
  /** What is selected, in UTF-16 units; null when nothing is. */
  selection: () => { from: number; to: number; text: string } | null;
  /** Select a passage and bring it into sight. */
  reveal: (from: number, to: number) => void;
}

export type Format = "bold" | "italic" | "code" | "link" | "heading" | "quote" | "list";

interface BodyEditorProps {
  ref?: Ref<BodyHandle>;
  value: string;
  /** Bump to make the editor read `value` again. */
  generation: number;
  readOnly: boolean;
  onChange: (value: string) => void;
  uploader: Uploader;
  comments: CommentMark[];
  onComment: (id: number) => void;
}

/** Markdown as it is written, dressed a little: the source stays the truth, byte for byte. */
export function BodyEditor({ ref, value, generation, readOnly, onChange, uploader, comments, onComment }: BodyEditorProps) {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const touched = useRef(false);
  const listener = useRef(onChange);
  const editable = useRef(new Compartment());
  listener.current = onChange;
  const sender = useRef(uploader);
  sender.current = uploader;
  const press = useRef(onComment);
  press.current = onComment;

  useEffect(() => {
    if (!host.current) return;
    function take(event: Event, into: EditorView, data: DataTransfer | null, at: number | null): boolean {
      const files = [...(data?.files ?? [])];
      if (files.length === 0 || into.state.readOnly) return false;
      event.preventDefault();
      uploadInto(into, files, at ?? into.state.doc.length, sender.current);
      return true;
    }
    const made = new EditorView({
      parent: host.current,
      state: EditorState.create({
        doc: value,
        extensions: [
          dressing,
          editable.current.of(mode(readOnly)),
          EditorView.domEventHandlers({
            focus: () => {
              touched.current = true;
            },
            click: (_, made) => {
              const at = made.state.selection.main;
              const id = at.empty ? commentAt(made, at.head) : null;
              if (id !== null) press.current(id);
            },
            paste: (event, made) => take(event, made, event.clipboardData, made.state.selection.main.to),
            drop: (event, made) =>
              take(event, made, event.dataTransfer, made.posAtCoords({ x: event.clientX, y: event.clientY })),
          }),
          EditorView.updateListener.of((update) => {
            if (update.docChanged && !update.transactions.some((transaction) => transaction.isUserEvent("octavo"))) {
              listener.current(update.state.sliceDoc());
            }
          }),
        ],
      }),
    });
    view.current = made;
    return () => made.destroy();
    // The editor is made once; `generation` and `readOnly` have effects of their own.
    // eslint-disable-next-line
  }, []);

  useEffect(() => {
    const made = view.current;
    if (!made || made.state.sliceDoc() === value) return;
    made.dispatch({ changes: { from: 0, to: made.state.doc.length, insert: value }, userEvent: "octavo" });
    // Only a new generation replaces what is being typed.
    // eslint-disable-next-line
  }, [generation]);

  useEffect(() => {
    view.current?.dispatch({ effects: editable.current.reconfigure(mode(readOnly)) });
  }, [readOnly]);

  useEffect(() => {
    view.current?.dispatch({ effects: setCommentMarks.of(comments) });
  }, [comments, generation]);

  useImperativeHandle(ref, () => ({
    insertBlock: (text) => {
      if (!view.current) return;
      // Nobody put the cursor anywhere yet: the end is where a call to action stands anyway.
      if (!touched.current) view.current.dispatch({ selection: { anchor: view.current.state.doc.length } });
      insertBlock(view.current, text);
    },
    format: (what) => {
      if (!view.current) return;
      FORMATS[what](view.current);
      view.current.focus();
    },
    focus: () => view.current?.focus(),
    selection: () => {
      if (!view.current) return null;
      const { from, to } = view.current.state.selection.main;
      return from === to ? null : { from, to, text: view.current.state.sliceDoc(from, to) };
    },
    reveal: (from, to) => {
      const { length } = view.current?.state.doc ?? { length: 0 };
      view.current?.dispatch({
        selection: { anchor: Math.min(from, length), head: Math.min(to, length) },
        effects: EditorView.scrollIntoView(Math.min(from, length), { y: "center" }),
      });
      view.current?.focus();
    },
  }));

  return <div ref={host} />;
}

const FORMATS: Record<Format, (view: EditorView) => boolean> = {
  bold: toggleWrap("**"),
  italic: toggleWrap("*"),
  code: toggleWrap("`"),
  link: wrapLink,
  heading: toggleLine("## "),
  quote: toggleLine("> "),
  list: toggleLine("- "),
};

/** Put a block on lines of its own where the cursor is. */
function insertBlock(view: EditorView, text: string): void {
  const { state } = view;
  const line = state.doc.lineAt(state.selection.main.to);
  const at = line.text.trim() ? line.to : line.from;
  const before = state.sliceDoc(Math.max(0, at - 2), at);
  const after = state.sliceDoc(at, at + 2);
  const lead = at === 0 || before.endsWith("\n\n") ? "" : before.endsWith("\n") ? "\n" : "\n\n";
  const tail = after.startsWith("\n\n") ? "" : after.startsWith("\n") ? "\n" : "\n\n";
  const insert = `${lead}${text}${tail}`;
  view.dispatch({ changes: { from: at, insert }, selection: { anchor: at + insert.length }, scrollIntoView: true });
  view.focus();
}

function mode(readOnly: boolean): Extension {
  return [EditorState.readOnly.of(readOnly), EditorView.editable.of(!readOnly)];
}

const ctaPlaces = new MatchDecorator({
  regexp: /<!--\s*cta:\s*[^\s>]+\s*-->/g,
  decoration: Decoration.mark({ class: "cm-cta" }),
});

const showCtaPlaces = ViewPlugin.fromClass(
  class {
    decorations: DecorationSet;
    constructor(view: EditorView) {
      this.decorations = ctaPlaces.createDeco(view);
    }
    update(update: ViewUpdate) {
      this.decorations = ctaPlaces.updateDeco(update, this.decorations);
    }
  },
  { decorations: (plugin) => plugin.decorations },
);

/** The fences and the language of a code block belong to the code, not to the prose's marks. */
const codeAsCode = styleTags({ "CodeMark CodeInfo": tag.monospace });

const highlighting = HighlightStyle.define([
  { tag: tag.heading1, fontSize: "1.5em", fontWeight: "600" },
  { tag: tag.heading2, fontSize: "1.25em", fontWeight: "600" },
  { tag: [tag.heading3, tag.heading4, tag.heading5, tag.heading6], fontWeight: "600" },
  { tag: tag.strong, fontWeight: "700" },
  { tag: tag.emphasis, fontStyle: "italic" },
  { tag: tag.strikethrough, textDecoration: "line-through" },
  { tag: tag.link, color: "var(--blueprint)" },
  { tag: tag.url, color: "var(--pencil)" },
  { tag: tag.quote, color: "var(--pencil)", fontStyle: "italic" },
  {
    tag: [tag.monospace, tag.comment],
    fontFamily: "var(--mono)",
    fontSize: "0.84em",
    fontVariantLigatures: "none",
  },
  { tag: [tag.processingInstruction, tag.contentSeparator, tag.comment], color: "var(--pencil)" },
]);

const look = EditorView.theme({
  "&": { fontFamily: "var(--serif)", fontSize: "19px", color: "var(--ink)", backgroundColor: "transparent" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "inherit", lineHeight: "1.62", overflow: "visible" },
  ".cm-content": { padding: "0", caretColor: "var(--vermilion)", minHeight: "50vh", fontFeatureSettings: '"onum"' },
  ".cm-line": { padding: "0" },
  ".cm-cursor": { borderLeftColor: "var(--vermilion)", borderLeftWidth: "2px" },
  ".cm-placeholder": { color: "var(--pencil)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    background: "color-mix(in srgb, var(--vermilion) 20%, transparent)",
  },
  ".cm-cta, .cm-cta *": {
    fontFamily: "var(--mono)",
    fontVariantLigatures: "none",
    fontSize: "14px",
    color: "var(--vermilion) !important",
    backgroundColor: "var(--wash-vermilion)",
    borderRadius: "2px",
  },
  ".cm-comment": {
    backgroundColor: "var(--wash-ochre)",
    borderBottom: "2px solid var(--ochre)",
    cursor: "pointer",
  },
  ".cm-comment-active": { borderBottomColor: "var(--vermilion)", backgroundColor: "var(--wash-vermilion)" },
  ".cm-upload": {
    fontFamily: "var(--sans)",
    fontSize: "14px",
    padding: "1px 6px",
    borderRadius: "2px",
    color: "var(--blueprint)",
    backgroundColor: "var(--wash-blueprint)",
  },
  ".cm-panels": { fontFamily: "var(--sans)", fontSize: "14px", backgroundColor: "var(--leaf)", color: "var(--ink)" },
  ".cm-searchMatch": { backgroundColor: "var(--wash-ochre)" },
  "@media (max-width: 48em)": { "&": { fontSize: "17px" } },
});

const dressing: Extension = [
  history(),
  drawSelection(),
  EditorView.lineWrapping,
  markdown({ base: markdownLanguage, extensions: { props: [codeAsCode] } }),
  syntaxHighlighting(highlighting),
  showCtaPlaces,
  uploadMarks,
  commentMarks,
  placeholder(t("bodyPlaceholder")),
  look,
  EditorView.contentAttributes.of({
    "aria-label": t("bodyLabel"),
    "aria-multiline": "true",
    spellcheck: "true",
    autocapitalize: "sentences",
  }),
  keymap.of([
    { key: "Mod-b", run: FORMATS.bold },
    { key: "Mod-i", run: FORMATS.italic },
    { key: "Mod-e", run: FORMATS.code },
    { key: "Mod-k", run: FORMATS.link },
    // Tab indents inside a list only after Escape has not asked to leave: WCAG 2.1.2 by CodeMirror's
    // own rule (Escape, then Tab moves the focus).
    ...markdownKeymap,
    ...searchKeymap,
    ...historyKeymap,
    ...defaultKeymap,
    indentWithTab,
  ]),
];
