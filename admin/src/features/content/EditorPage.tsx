import { Button, SegmentedControl, Textarea } from "@mantine/core";
import { useDocumentTitle, useLocalStorage, useMediaQuery } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { IconLayoutSidebarRightCollapse, IconLayoutSidebarRightExpand } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useEffect, useRef, useState, type ReactNode } from "react";

import { messageOf } from "@/api/problem";
import { queries } from "@/api/queries";
import { useMay } from "@/api/session";
import type { Finding, Piece, PieceChanges } from "@/api/types";
import { uploadFile } from "@/api/upload";
import { formatMoment } from "@/ui/format";
import { IconButton } from "@/ui/IconButton";
import { Page } from "@/ui/Page";
import { ErrorState, FormError, Rows } from "@/ui/States";
import { statusWord } from "@/ui/Status";

import type { BodyHandle } from "./BodyEditor";
import { ChecksButton } from "./checks/ChecksButton";
import { ChecksPanel } from "./checks/ChecksPanel";
import { t as checkWords } from "./checks/strings";
import { useChecks } from "./checks/useChecks";
import { ConflictDialog } from "./ConflictDialog";
import { DetailsPanel } from "./DetailsPanel";
import { EditorFoot, type Mode } from "./EditorFoot";
import classes from "./EditorPage.module.css";
import { markdownOf } from "./media/media";
import { MediaPicker } from "./media/MediaPicker";
import { PieceActions } from "./PieceActions";
import { PieceBar } from "./PieceBar";
import { Preview } from "./Preview";
import { CommentsPanel } from "./review/CommentsPanel";
import { toUnits } from "./review/passages";
import { PresenceLine } from "./review/PresenceLine";
import { ReviewPanel } from "./review/ReviewPanel";
import { t as reviewWords } from "./review/strings";
import { useTalk } from "./review/useTalk";
import { SaveStateLine } from "./SaveStateLine";
import { autoSlug, isFollowing } from "./slug";
import { t } from "./strings";
import type { Uploader } from "./uploadMarks";
import { useEditing, type Editing } from "./useEditing";
import { useKind } from "./useKind";

// CodeMirror is half of the code on this page: it travels on its own.
const BodyEditor = lazy(() => import("./BodyEditor").then((module) => ({ default: module.BodyEditor })));

type Shown = "details" | "review" | "checks";

interface EditorPageProps {
  pieceId: number;
  tabs: ReactNode;
  /** What other features put beside the text; they may put a block into it. */
  panels: (insertBlock: (text: string) => void, readOnly: boolean) => ReactNode;
}

/** From one piece to another, everything is asked and opened anew. */
export function EditorPage(props: EditorPageProps) {
  return <Opened key={props.pieceId} {...props} />;
}

function Opened({ pieceId, tabs, panels }: EditorPageProps) {
  const piece = useQuery({ ...queries.piece(pieceId), staleTime: Infinity, refetchOnMount: "always" });
  if (piece.isError) {
    return (
      <Page title={t("pieces")} narrow>
        <ErrorState error={piece.error} onRetry={() => void piece.refetch()} />
      </Page>
    );
  }
  // A cached copy may be old; writing starts on what the server has now.
  if (!piece.data || !piece.isFetchedAfterMount) {
    return (
      <div className={classes.loading}>
        <Rows count={6} />
      </div>
    );
  }
  return <Loaded key={pieceId} piece={piece.data} tabs={tabs} panels={panels} />;
}

function Loaded({ piece, tabs, panels }: { piece: Piece } & Pick<EditorPageProps, "tabs" | "panels">) {
  // Later answers to the query must not reach under the writer's hands.
  const [first] = useState(piece);
  const editing = useEditing(first);
  return editing ? <Desk editing={editing} tabs={tabs} panels={panels} /> : null;
}

function Desk({ editing, tabs, panels }: { editing: Editing } & Pick<EditorPageProps, "tabs" | "panels">) {
  const { autosave, generation, take } = editing;
  const { text, state, piece } = autosave;
  const isPhone = useMediaQuery("(max-width: 62em)") ?? false;
  const isNarrow = useMediaQuery("(max-width: 48em)") ?? false;
  const [mode, setMode] = useLocalStorage<Mode>({ key: "octavo.editor.mode", defaultValue: "write", getInitialValueInEffect: false });
  const [panelOpen, setPanelOpen] = useLocalStorage({ key: "octavo.editor.panel", defaultValue: true, getInitialValueInEffect: false });
  const [panelOnPhone, setPanelOnPhone] = useState(false);
  const [resolving, setResolving] = useState(true);
  const [shown, setShown] = useState<Shown>("details");
  const [picking, setPicking] = useState(false);
  const body = useRef<BodyHandle>(null);
  const title = useRef<HTMLTextAreaElement>(null);
  const mayReview = useMay("review");
  const mayWrite = useMay("write");
  const isLocked = !mayReview && ["approved", "scheduled", "archived"].includes(piece.status);
  const readOnly = !mayWrite || isLocked;
  const shownMode = isPhone && mode === "split" ? "write" : mode;
  const isPanelShown = isPhone ? panelOnPhone : panelOpen;

  const talk = useTalk({
    pieceId: piece.id,
    body,
    text: text.body,
    savedAt: piece.version,
    settle: async () => ((await autosave.flush()) ? autosave.piece.version : null),
    onOpen: () => openPanel("review"),
  });
  const checks = useChecks(piece, text);
  const changeKind = useKind(editing);

  function openPanel(what: Shown) {
    setShown(what);
    if (isPhone) setPanelOnPhone(true);
    else setPanelOpen(true);
  }

  function showPlace({ field, start, end }: Finding) {
    if (field !== "body" && field !== "title") return openPanel("details");
    const [from, to] = [toUnits(text.body, start ?? 0), toUnits(text.body, end ?? 0)];
    if (isPhone) setPanelOnPhone(false);
    if (shownMode === "preview") setMode("write");
    // The editor may have to come back first.
    requestAnimationFrame(() => {
      if (field === "title") selectTitle(title.current, start, end);
      else body.current?.reveal(from, to);
    });
  }

  useDocumentTitle(`${text.title || t("pieceWithoutTitle", { id: piece.id })} · Octavo`);
  const isConflict = state.kind === "conflict";
  useEffect(() => setResolving(true), [isConflict]);
  useEditorKeys({
    save: () => void autosave.flush(),
    comment: talk.start,
    nextMode: () => setMode(shownMode === "write" ? "split" : shownMode === "split" ? "preview" : "write"),
  });

  const edit = (changes: PieceChanges) => !readOnly && autosave.edit(changes);

  function editTitle(title: string) {
    const slug = isFollowing(piece, text.slug, text.title) ? autoSlug(title) : "";
    edit(slug ? { title, slug } : { title });
  }

  const saveState = <SaveStateLine state={state} onResolve={() => setResolving(true)} />;

  return (
    <>
      <PieceBar status={piece.status} tabs={tabs}>
        {!isNarrow && <PresenceLine pieceId={piece.id} />}
        {!isNarrow && saveState}
        <ChecksButton checks={checks} onOpen={() => openPanel("checks")} />
        <PieceActions autosave={autosave} title={text.title} findings={checks.data?.items ?? []} onMoved={() => take(() => {})} />
        <IconButton
          label={isPanelShown ? t("panelHide") : t("panelShow")}
          icon={isPanelShown ? IconLayoutSidebarRightCollapse : IconLayoutSidebarRightExpand}
          aria-expanded={isPanelShown}
          aria-controls="piece-panel"
          onClick={() => (isPhone ? setPanelOnPhone(!panelOnPhone) : setPanelOpen(!panelOpen))}
        />
      </PieceBar>
      <div className={classes.desk} data-panel={isPanelShown || undefined} data-mode={shownMode}>
        <div className={classes.canvas}>
          <div className={classes.phoneTabs}>{tabs}</div>
          {isNarrow && (
            <div className={classes.phoneState}>
              <PresenceLine pieceId={piece.id} />
              {saveState}
            </div>
          )}
          {isLocked && <p className={classes.notice}>{t("locked", { status: statusWord(piece.status).toLowerCase() })}</p>}
          {piece.planned_edit && (
            <p className={classes.notice}>
              {t("plannedEditNotice", {
                moment: formatMoment(piece.planned_edit.publish_instant, piece.planned_edit.publish_zone),
              })}
            </p>
          )}
          {piece.unpublish_instant && piece.status !== "archived" && (
            <p className={classes.notice}>
              {t("endNotice", { moment: formatMoment(piece.unpublish_instant, piece.unpublish_zone ?? undefined) })}
            </p>
          )}
          {editing.restored && <p className={classes.notice}>{t("draftFound")}</p>}
          {state.kind === "refused" && (
            <div className={classes.notice}>
              <FormError error={new Error(messageOf(state.error))} />
            </div>
          )}
          <div className={classes.sheets}>
            {shownMode !== "preview" && (
              <div className={classes.sheet}>
                <Textarea
                  ref={title}
                  aria-label={t("titleLabel")}
                  placeholder={t("titlePlaceholder")}
                  value={text.title}
                  readOnly={readOnly}
                  autosize
                  minRows={1}
                  variant="unstyled"
                  classNames={{ input: classes.title }}
                  autoFocus={!text.title && !readOnly}
                  onChange={(event) => editTitle(event.currentTarget.value.replaceAll("\n", " "))}
                  onKeyDown={(event) => {
                    if (event.key !== "Enter") return;
                    event.preventDefault();
                    body.current?.focus();
                  }}
                />
                <Suspense fallback={<Rows count={4} />}>
                  <BodyEditor
                    ref={body}
                    value={text.body}
                    generation={generation}
                    readOnly={readOnly}
                    onChange={(value) => edit({ body: value })}
                    uploader={uploader}
                    comments={talk.marks}
                    onComment={talk.open}
                  />
                </Suspense>
              </div>
            )}
            {shownMode !== "write" && <Preview piece={piece} text={text} />}
          </div>
          <EditorFoot
            text={text.body}
            mode={shownMode}
            canSplit={!isPhone}
            onMode={setMode}
            onComment={shownMode === "preview" ? undefined : talk.start}
            onMedia={readOnly || shownMode === "preview" ? undefined : () => setPicking(true)}
            onFormat={readOnly || shownMode === "preview" ? undefined : (what) => body.current?.format(what)}
          />
        </div>
        <aside id="piece-panel" className={classes.panel} aria-label={t("panel")} hidden={!isPanelShown}>
          <SegmentedControl
            fullWidth
            size="xs"
            mb="md"
            aria-label={reviewWords("panel")}
            value={shown}
            transitionDuration={0}
            onChange={(value) => setShown(value as Shown)}
            data={[
              { value: "details", label: reviewWords("details") },
              {
                value: "review",
                label: talk.openCount > 0 ? reviewWords("reviewCount", { count: talk.openCount }) : reviewWords("review"),
              },
              {
                value: "checks",
                label: checks.data?.items.length
                  ? checkWords("checksCount", { count: checks.data.items.length })
                  : checkWords("checks"),
              },
            ]}
          />
          {shown === "details" ? (
            <>
              <DetailsPanel
                editing={editing}
                piece={piece}
                text={text}
                state={state}
                readOnly={readOnly}
                onChange={edit}
                onKind={changeKind}
              />
              {panels((block) => body.current?.insertBlock(block), readOnly)}
            </>
          ) : shown === "checks" ? (
            <ChecksPanel checks={checks} onShow={showPlace} />
          ) : (
            <>
              <ReviewPanel
                pieceId={piece.id}
                settle={talk.settle}
                onMoved={(moved) => take(() => autosave.advance(moved))}
              />
              <CommentsPanel {...talk.panel} />
            </>
          )}
          {isPhone && (
            <Button variant="outline" color="ink" mt="lg" onClick={() => setPanelOnPhone(false)}>
              {t("panelHide")}
            </Button>
          )}
        </aside>
      </div>
      <MediaPicker
        opened={picking}
        onClose={() => setPicking(false)}
        onPick={(media) => {
          setPicking(false);
          body.current?.insertBlock(markdownOf(media));
        }}
      />
      {isConflict && (
        <ConflictDialog
          autosave={autosave}
          current={state.current}
          proposal={state.merge}
          opened={resolving}
          onClose={() => setResolving(false)}
          onResolve={(changes) => take(() => autosave.resolve(changes))}
        />
      )}
    </>
  );
}

function selectTitle(box: HTMLTextAreaElement | null, start?: number | null, end?: number | null): void {
  if (!box) return;
  box.focus();
  box.setSelectionRange(toUnits(box.value, start ?? 0), end == null ? box.value.length : toUnits(box.value, end));
}

/** Files that are dropped or pasted into the text. */
const uploader: Uploader = {
  upload: (file, onProgress) => uploadFile(file, { onProgress }),
  words: (name, part) => t("uploadingHere", { name, percent: Math.round(part * 100) }),
  markdown: markdownOf,
  failed: (file, error) =>
    notifications.show({ message: t("uploadFailed", { name: file.name, detail: messageOf(error) }), color: "vermilion" }),
};

/** These hold inside the text too, where the shell's one-letter keys do not. */
function useEditorKeys(acts: { save: () => void; nextMode: () => void; comment: () => void }) {
  const act = useRef(acts);
  act.current = acts;
  useEffect(() => {
    function press(event: KeyboardEvent) {
      if (!(event.ctrlKey || event.metaKey) || event.shiftKey) return;
      if (event.altKey) {
        if (event.code !== "KeyM") return;
        act.current.comment();
      } else if (event.key === "s") act.current.save();
      else if (event.key === "/") act.current.nextMode();
      else return;
      event.preventDefault();
      event.stopPropagation();
    }
    window.addEventListener("keydown", press, { capture: true });
    return () => window.removeEventListener("keydown", press, { capture: true });
  }, []);
}
