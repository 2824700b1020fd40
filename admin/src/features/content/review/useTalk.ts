import { notifications } from "@mantine/notifications";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useState, type RefObject } from "react";

import { api } from "@/api/client";
import { queries } from "@/api/queries";
import type { CommentIn } from "@/api/types";
import { useList } from "@/api/useList";
import type { BodyHandle } from "@/features/content/BodyEditor";

import { nearest, threadsOf, toCodePoints, type Passage } from "./passages";
import { t } from "./strings";

interface TalkOptions {
  pieceId: number;
  body: RefObject<BodyHandle | null>;
  text: string;
  /** The saved version: with each one the server finds the passages anew. */
  savedAt: number;
  /** Save what is written; answers the version, or null if it could not be saved. */
  settle: () => Promise<number | null>;
  /** Show the panel with the comments. */
  onOpen: () => void;
}

/** Comments beside a text that is being written: their marks in it, and a new one on what is selected. */
export function useTalk({ pieceId, body, text, savedAt, settle, onOpen }: TalkOptions) {
  const client = useQueryClient();
  const comments = useList(queries.comments(pieceId), { all: true });
  const [active, setActive] = useState<number | null>(null);
  const [draft, setDraft] = useState<{ quote: string; from: number; to: number } | null>(null);
  const threads = useMemo(() => threadsOf(comments.items, text), [comments.items, text]);
  // The marks themselves move with the typing; they are set anew only when there is something new to say.
  const marks = useMemo(
    () =>
      threads.flatMap(({ comment, place }) =>
        place && (!comment.is_resolved || comment.id === active)
          ? [{ id: comment.id, ...place, isActive: comment.id === active }]
          : [],
      ),
    // eslint-disable-next-line
    [comments.items, active],
  );

  const hasComments = comments.items.length > 0;
  useEffect(() => {
    if (hasComments) void client.invalidateQueries({ queryKey: ["piece", pieceId, "comments"] });
    // eslint-disable-next-line
  }, [savedAt]);

  async function anchor(): Promise<CommentIn["anchor"]> {
    if (!draft) return null;
    if ((await settle()) === null) throw new Error(t("notSaved"));
    const { revision_id } = await api.review(pieceId);
    // Somebody may have written on while they were thinking about the comment.
    const from = nearest(text, draft.quote, draft.from);
    if (from === null) throw new Error(t("lost"));
    return {
      revision_id,
      start: toCodePoints(text, from),
      end: toCodePoints(text, from + draft.quote.length),
    };
  }

  return {
    marks,
    settle,
    openCount: threads.filter(({ comment }) => !comment.is_resolved).length,
    open: (id: number) => {
      setActive(id);
      onOpen();
    },
    start: () => {
      const selected = body.current?.selection();
      if (!selected) {
        notifications.show({ message: t("selectFirst"), color: "ochre" });
        return;
      }
      setDraft({ quote: selected.text, from: selected.from, to: selected.to });
      onOpen();
    },
    panel: {
      pieceId,
      comments,
      threads,
      active,
      draft,
      anchor,
      onDraftEnd: () => setDraft(null),
      onGo: (place: Passage, id: number) => {
        setActive(id);
        body.current?.reveal(place.from, place.to);
      },
    },
  };
}
