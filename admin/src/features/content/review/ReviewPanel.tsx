import { Button, Group, MultiSelect, Stack, Textarea } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconCircleCheck, IconCircleDashed, IconClockHour4, IconMessageReport } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { api } from "@/api/client";
import { fieldErrors } from "@/api/problem";
import { queries } from "@/api/queries";
import type { Piece, Review } from "@/api/types";
import { ErrorState, FormError, Rows } from "@/ui/States";

import classes from "./Review.module.css";
import { t } from "./strings";

interface ReviewPanelProps {
  pieceId: number;
  /** Save what is written first: a verdict is about a version. Answers it, or null if it could not. */
  settle: () => Promise<number | null>;
  /** The piece moved on by what was done here. */
  onMoved: (piece: Piece) => void;
}

/** Who is to judge the piece, what they said, and one's own verdict. */
export function ReviewPanel({ pieceId, settle, onMoved }: ReviewPanelProps) {
  const review = useQuery(queries.review(pieceId));
  const client = useQueryClient();
  const done = async (answer: Review) => {
    client.setQueryData(queries.review(pieceId).queryKey, answer);
    onMoved(await api.piece(pieceId));
    void client.invalidateQueries({ queryKey: ["pieces"] });
  };
  if (review.isPending) return <Rows count={3} />;
  if (review.isError) return <ErrorState error={review.error} onRetry={() => void review.refetch()} />;
  return (
    <section aria-label={t("review")}>
      <Standing review={review.data} />
      <People review={review.data} />
      {review.data.may_assign && <Assign review={review.data} settle={settle} onDone={done} />}
      {review.data.may_judge && review.data.status === "in_review" && <Judge pieceId={pieceId} settle={settle} onDone={done} />}
    </section>
  );
}

function Standing({ review: { standing, waits_for: waitsFor } }: { review: Review }) {
  const icons = {
    none: <IconCircleDashed size={18} stroke={1.5} aria-hidden />,
    waiting: <IconClockHour4 size={18} stroke={1.5} color="var(--ochre)" aria-hidden />,
    changes_requested: <IconMessageReport size={18} stroke={1.5} color="var(--vermilion)" aria-hidden />,
    approved: <IconCircleCheck size={18} stroke={1.5} color="var(--moss)" aria-hidden />,
  };
  return (
    <>
      <p className={classes.standing} role="status" data-standing={standing}>
        {icons[standing]} {t(standing)}
      </p>
      {waitsFor && standing === "waiting" && <p className={classes.waits}>{waitsFor}</p>}
    </>
  );
}

function People({ review: { reviewers } }: { review: Review }) {
  if (reviewers.length === 0) return null;
  return (
    <ul className={classes.people} aria-label={t("reviewers")}>
      {reviewers.map((one, index) => (
        <li key={one.user_id ?? `gone-${index}`} className={classes.person}>
          {one.name}
          <span className={classes.said}>
            {one.verdict === "approve" && <IconCircleCheck size={14} color="var(--moss)" aria-hidden />}
            {one.verdict === "request_changes" && <IconMessageReport size={14} color="var(--vermilion)" aria-hidden />}
            {[
              one.verdict === null ? t("notYet") : t(one.verdict === "approve" ? "approves" : "requests"),
              one.is_stale ? t("stale") : "",
              one.is_active ? "" : t("inactive"),
            ]
              .filter(Boolean)
              .join(", ")}
          </span>
          {one.comment && <p className={classes.quoteOf}>{one.comment}</p>}
        </li>
      ))}
    </ul>
  );
}

interface ActProps {
  settle: () => Promise<number | null>;
  onDone: (review: Review) => Promise<void>;
}

async function settled(settle: () => Promise<number | null>): Promise<number> {
  const version = await settle();
  if (version === null) throw new Error(t("notSaved"));
  return version;
}

function Assign({ review, settle, onDone }: ActProps & { review: Review }) {
  const users = useQuery(queries.users());
  const assign = useMutation({
    mutationFn: async (ids: number[]) =>
      api.assignReviewers(review.piece_id, { version: await settled(settle), reviewer_ids: ids }),
    onSuccess: async (answer) => {
      notifications.show({ message: t("assigned"), color: "moss" });
      await onDone(answer);
    },
  });
  const assigned = review.reviewers.filter((one) => one.is_assigned && one.user_id !== null);
  return (
    <Stack gap="xs" mb="md">
      <MultiSelect
        label={t("reviewers")}
        description={t("reviewersHint")}
        searchable
        hidePickedOptions
        disabled={assign.isPending}
        value={assign.isPending ? assign.variables.map(String) : assigned.map((one) => String(one.user_id))}
        onChange={(ids) => assign.mutate(ids.map(Number))}
        data={(users.data?.items ?? [])
          .filter((user) => user.is_active)
          .map(({ id, name }) => ({ value: String(id), label: name }))}
      />
      <FormError error={assign.error} />
    </Stack>
  );
}

function Judge({ pieceId, settle, onDone }: ActProps & { pieceId: number }) {
  const [words, setWords] = useState("");
  const judge = useMutation({
    mutationFn: async (verdict: "approve" | "request_changes") =>
      api.giveVerdict(pieceId, { version: await settled(settle), verdict, comment: words }),
    onSuccess: async (answer) => {
      setWords("");
      notifications.show({ message: t("verdictDone"), color: "moss" });
      await onDone(answer);
    },
  });
  const atField = fieldErrors(judge.error).comment;
  return (
    <Stack gap="xs" mb="lg">
      <Textarea
        label={t("verdictComment")}
        description={t("verdictHint")}
        autosize
        minRows={2}
        value={words}
        error={atField}
        onChange={(event) => setWords(event.currentTarget.value)}
      />
      <FormError error={atField ? null : judge.error} />
      <Group gap="xs">
        <Button
          size="xs"
          loading={judge.isPending && judge.variables === "approve"}
          onClick={() => judge.mutate("approve")}
        >
          {t("approve")}
        </Button>
        <Button
          size="xs"
          variant="outline"
          color="ink"
          loading={judge.isPending && judge.variables === "request_changes"}
          onClick={() => judge.mutate("request_changes")}
        >
          {t("request_changes")}
        </Button>
      </Group>
    </Stack>
  );
}
