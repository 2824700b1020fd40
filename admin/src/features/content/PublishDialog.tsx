import { Button, Group, Modal, SegmentedControl, Stack } from "@mantine/core";
import type { UseMutationResult } from "@tanstack/react-query";
import { useState } from "react";

import { ProblemError } from "@/api/problem";
import type { Finding, Piece } from "@/api/types";
import { FormError } from "@/ui/States";
import { t as ui } from "@/ui/strings";

import { HeldBack } from "./checks/HeldBack";
import { t } from "./strings";
import type { Move } from "./usePieceMove";
import { WhenForm } from "./WhenForm";

export type PublishMode = "now" | "later" | "end";

interface PublishDialogProps {
  piece: Piece;
  title: string;
  /** Null: closed. */
  mode: PublishMode | null;
  mayPublish: boolean;
  move: UseMutationResult<Piece, Error, Move>;
  /** What holds the piece back until somebody says that it is to go out all the same. */
  held: Finding[];
  onMode: (mode: PublishMode) => void;
  onClose: () => void;
}

/** The last step before the world: now, or at a time. */
export function PublishDialog({ piece, title, mode, mayPublish, move, held, onMode, onClose }: PublishDialogProps) {
  const name = title || t("pieceWithoutTitle", { id: piece.id });
  const later = mode === "later";
  const [despite, setDespite] = useState(false);
  const findings = refusedFor(move.error) ?? held;
  return (
    <Modal
      opened={mode !== null}
      onClose={onClose}
      title={t(mode === "end" ? "endTitle" : later ? "scheduleTitle" : "publishTitle", { title: name })}
      closeButtonProps={{ "aria-label": ui("close") }}
    >
      <Stack gap="md">
        {mayPublish && mode !== "end" && (
          <SegmentedControl
            aria-label={t("publish")}
            value={mode ?? "now"}
            onChange={(value) => {
              move.reset();
              onMode(value === "later" ? "later" : "now");
            }}
            data={[
              { value: "now", label: t("publishNow") },
              { value: "later", label: t("schedule").replace("…", "") },
            ]}
            transitionDuration={0}
          />
        )}
        {mode !== "end" && <HeldBack items={findings} despite={despite} onDespite={setDespite} />}
        {mode === "end" ? (
          <EndForm piece={piece} move={move} onClose={onClose} />
        ) : later ? (
          <ScheduleForm piece={piece} move={move} despite={despite} onClose={onClose} />
        ) : (
          <PublishNow piece={piece} move={move} despite={despite} onClose={onClose} />
        )}
      </Stack>
    </Modal>
  );
}

type FormProps = Pick<PublishDialogProps, "piece" | "move" | "onClose"> & { despite?: boolean };

/** What the server held the piece back for: it may know more than was known here. */
function refusedFor(error: Error | null): Finding[] | null {
  if (!(error instanceof ProblemError) || !error.problem.type.endsWith("checks_failed")) return null;
  return error.problem.findings as Finding[];
}

function PublishNow({ piece, move, despite, onClose }: FormProps) {
  const lead = piece.live_version
    ? t("publishChangesLead")
    : t("publishLead", { path: piece.path ?? t("noPath") });
  return (
    <>
      <p style={{ margin: 0 }}>{lead}</p>
      <FormError error={move.error} />
      <Group gap="xs">
        <Button onClick={() => move.mutate({ to: "published", despite_checks: despite })} loading={move.isPending} data-autofocus>
          {piece.live_version ? t("publishChanges") : t("publishNow")}
        </Button>
        <Button variant="subtle" onClick={onClose}>
          {ui("cancel")}
        </Button>
      </Group>
    </>
  );
}

/** A piece goes live at a time; the changes of a live one replace what readers see at a time. */
function ScheduleForm({ piece, move, despite, onClose }: FormProps) {
  const isEdit = piece.status === "published";
  const before = isEdit ? piece.planned_edit : piece;
  return (
    <WhenForm
      lead={t(isEdit ? "scheduleEditLead" : "scheduleLead")}
      label={t("publishAt")}
      action={t("setSchedule")}
      wall={before?.publish_at ?? null}
      zone={before?.publish_zone ?? null}
      field="publish_at"
      error={move.error}
      isPending={move.isPending}
      onChange={() => move.reset()}
      onSubmit={({ wall, ...rest }) => move.mutate({ to: isEdit ? "published" : "scheduled", publish_at: wall, despite_checks: despite, ...rest })}
      onClose={onClose}
    />
  );
}

/** When readers are to see it no more. */
function EndForm({ piece, move, onClose }: FormProps) {
  return (
    <WhenForm
      lead={t("endLead")}
      label={t("endAt")}
      action={t("endSet")}
      wall={piece.unpublish_at}
      zone={piece.unpublish_zone}
      field="unpublish_at"
      error={move.error}
      isPending={move.isPending}
      onChange={() => move.reset()}
      onSubmit={({ wall, ...rest }) => move.mutate({ unpublish_at: wall, ...rest })}
      onClose={onClose}
      more={
        piece.unpublish_at && (
          <Button variant="subtle" onClick={() => move.mutate({ unpublish_at: null })}>
            {t("endClear")}
          </Button>
        )
      }
    />
  );
}
