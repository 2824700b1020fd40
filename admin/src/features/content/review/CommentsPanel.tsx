import { Button, Group, Menu, Stack, Textarea, Title, UnstyledButton } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconDots } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";

import { api } from "@/api/client";
import { messageOf } from "@/api/problem";
import { useMay } from "@/api/session";
import type { Comment, CommentIn } from "@/api/types";
import type { List } from "@/api/useList";
import { formatDateTime } from "@/ui/format";
import { IconButton } from "@/ui/IconButton";
import { ErrorState, FormError, Rows } from "@/ui/States";
import { t as ui } from "@/ui/strings";

import type { Passage, Thread } from "./passages";
import classes from "./Review.module.css";
import { t } from "./strings";

interface CommentsPanelProps {
  pieceId: number;
  comments: List<Comment>;
  threads: Thread[];
  active: number | null;
  /** The passage that is about to be commented on. */
  draft: { quote: string } | null;
  anchor: () => Promise<CommentIn["anchor"]>;
  onDraftEnd: () => void;
  onGo: (place: Passage, id: number) => void;
}

/** What was said about passages and the piece, in the order of the text. */
export function CommentsPanel(props: CommentsPanelProps) {
  const { pieceId, comments, threads, active, draft, anchor, onDraftEnd, onGo } = props;
  const [showResolved, setShowResolved] = useState(false);
  const [general, setGeneral] = useState(false);
  const resolved = threads.filter(({ comment }) => comment.is_resolved);
  const shown = threads.filter(({ comment }) => showResolved || !comment.is_resolved || comment.id === active);
  return (
    <section aria-label={t("comments")}>
      <Title order={3} mb="xs">
        {t("comments")}
      </Title>
      {draft && (
        <div className={classes.thread} data-active style={{ marginBlockEnd: 12 }}>
          <span className={classes.quote}>{draft.quote}</span>
          <Write
            label={t("onPassage")}
            action={t("add")}
            send={async (body) => api.addComment(pieceId, { body, anchor: await anchor() })}
            pieceId={pieceId}
            onEnd={onDraftEnd}
          />
        </div>
      )}
      {comments.isPending && <Rows count={2} />}
      {comments.isError && <ErrorState error={comments.error} onRetry={comments.refetch} />}
      {comments.isSuccess && threads.length === 0 && !draft && <p className="quiet">{t("noComments")}</p>}
      <ul className={classes.threads}>
        {shown.map((thread) => (
          <OneThread key={thread.comment.id} pieceId={pieceId} thread={thread} isActive={thread.comment.id === active} onGo={onGo} />
        ))}
      </ul>
      <Group gap="xs" mt="sm">
        {resolved.length > 0 && (
          <Button size="compact-sm" variant="subtle" onClick={() => setShowResolved(!showResolved)}>
            {showResolved ? t("hideResolved") : t("showResolved", { count: resolved.length })}
          </Button>
        )}
        {!general && (
          <Button size="compact-sm" variant="subtle" onClick={() => setGeneral(true)}>
            {t("addGeneral")}
          </Button>
        )}
      </Group>
      {general && (
        <Write
          label={t("onPiece")}
          action={t("add")}
          send={(body) => api.addComment(pieceId, { body })}
          pieceId={pieceId}
          onEnd={() => setGeneral(false)}
        />
      )}
    </section>
  );
}

interface OneThreadProps {
  pieceId: number;
  thread: Thread;
  isActive: boolean;
  onGo: (place: Passage, id: number) => void;
}

function OneThread({ pieceId, thread: { comment, answers, place }, isActive, onGo }: OneThreadProps) {
  const [answering, setAnswering] = useState(false);
  const line = useRef<HTMLLIElement>(null);
  const act = useAct(pieceId);
  useEffect(() => {
    if (isActive) line.current?.scrollIntoView({ block: "nearest" });
  }, [isActive]);
  return (
    <li
      ref={line}
      className={classes.thread}
      data-active={isActive || undefined}
      data-resolved={comment.is_resolved || undefined}
    >
      {comment.anchor &&
        (place ? (
          <UnstyledButton className={classes.quote} title={t("go")} onClick={() => onGo(place, comment.id)}>
            {comment.anchor.quote}
          </UnstyledButton>
        ) : (
          <>
            <span className={classes.quote}>{comment.anchor.quote}</span>
            <p className={classes.lost}>{t("lost")}</p>
          </>
        ))}
      {[comment, ...answers].map((one) => (
        <OneComment key={one.id} pieceId={pieceId} comment={one} />
      ))}
      {comment.is_resolved && (
        <p className="quiet" style={{ margin: "8px 0 0", fontSize: 12 }}>
          {t("resolvedBy", { name: comment.resolved_by })}
        </p>
      )}
      {answering ? (
        <Write
          label={t("answerLabel")}
          action={t("answer")}
          send={(body) => api.addComment(pieceId, { body, parent_id: comment.id })}
          pieceId={pieceId}
          onEnd={() => setAnswering(false)}
        />
      ) : (
        <div className={classes.deeds}>
          <Button size="compact-xs" variant="subtle" onClick={() => setAnswering(true)} aria-label={t("answerTo", { name: comment.name })}>
            {t("answer")}
          </Button>
          <Button
            size="compact-xs"
            variant="subtle"
            loading={act.isPending}
            onClick={() => act.mutate(() => api.patchComment(comment.id, { resolved: !comment.is_resolved }))}
          >
            {comment.is_resolved ? t("reopen") : t("resolve")}
          </Button>
        </div>
      )}
    </li>
  );
}

function OneComment({ pieceId, comment }: { pieceId: number; comment: Comment }) {
  const [editing, setEditing] = useState(false);
  const act = useAct(pieceId);
  const mayReview = useMay("review");
  if (comment.is_deleted) return <p className="quiet">{t("removed")}</p>;
  return (
    <article className={classes.comment} aria-label={t("by", { name: comment.name, when: formatDateTime(comment.created_at) })}>
      <div className={classes.head}>
        <strong>{comment.name}</strong>
        <span>
          {formatDateTime(comment.created_at)}
          {comment.edited_at && ` · ${t("edited")}`}
        </span>
        {(comment.is_own || mayReview) && (
          <Menu position="bottom-end" width={140}>
            <Menu.Target>
              <IconButton size={28} label={t("actions", { name: comment.name })} icon={IconDots} />
            </Menu.Target>
            <Menu.Dropdown>
              {comment.is_own && <Menu.Item onClick={() => setEditing(true)}>{t("edit")}</Menu.Item>}
              <Menu.Item onClick={() => act.mutate(() => api.deleteComment(comment.id))}>{t("remove")}</Menu.Item>
            </Menu.Dropdown>
          </Menu>
        )}
      </div>
      {editing ? (
        <Write
          label={t("commentLabel")}
          action={t("save")}
          initial={comment.body}
          send={(body) => api.patchComment(comment.id, { body })}
          pieceId={pieceId}
          onEnd={() => setEditing(false)}
        />
      ) : (
        <p className={classes.body}>{comment.body}</p>
      )}
    </article>
  );
}

function useAct(pieceId: number) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (act: () => Promise<unknown>) => act(),
    onError: (error) => notifications.show({ message: messageOf(error), color: "vermilion" }),
    onSettled: () => client.invalidateQueries({ queryKey: ["piece", pieceId, "comments"] }),
  });
}

interface WriteProps {
  label: string;
  action: string;
  initial?: string;
  send: (body: string) => Promise<unknown>;
  pieceId: number;
  onEnd: () => void;
}

function Write({ label, action, initial = "", send, pieceId, onEnd }: WriteProps) {
  const [words, setWords] = useState(initial);
  const client = useQueryClient();
  const sending = useMutation({
    mutationFn: () => send(words),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["piece", pieceId, "comments"] });
      onEnd();
    },
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (words.trim()) sending.mutate();
      }}
    >
      <Stack gap="xs" mt="xs">
        <Textarea
          label={label}
          autosize
          minRows={2}
          autoFocus
          value={words}
          onChange={(event) => setWords(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) event.currentTarget.form?.requestSubmit();
            if (event.key === "Escape") onEnd();
          }}
        />
        <FormError error={sending.error} />
        <Group gap="xs">
          <Button size="xs" type="submit" loading={sending.isPending} disabled={!words.trim()}>
            {action}
          </Button>
          <Button size="xs" variant="subtle" onClick={onEnd}>
            {ui("cancel")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
