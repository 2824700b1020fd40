import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";

import { api } from "@/api/client";
import { ProblemError } from "@/api/problem";
import type { Piece, Transition } from "@/api/types";
import { formatMoment } from "@/ui/format";
import { statusWord } from "@/ui/Status";

import { isPiece, type Autosave } from "./autosave";
import { t } from "./strings";

export type Move =
  | Omit<Transition, "version">
  | { unpublish_at: string | null; zone?: string; fold?: 0 | 1 }
  | { drop: "planned_edit" };

/** Move a piece to another state, after everything written so far is saved. */
export function usePieceMove(autosave: Autosave, { onMoved, onOvertaken }: { onMoved: () => void; onOvertaken: () => void }) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (move: Move) => {
      if (!(await autosave.flush())) throw new Error(unsavedReason(autosave));
      const { id, version } = autosave.piece;
      if ("drop" in move) return api.dropPlannedEdit(id, version);
      if ("unpublish_at" in move) return api.setUnpublishTime(id, { version, ...move });
      return api.transition(id, { ...move, version });
    },
    onSuccess: (piece, move) => {
      autosave.advance(piece);
      client.setQueryData(["piece", piece.id], piece);
      void client.invalidateQueries({ queryKey: ["pieces"] });
      void client.invalidateQueries({ queryKey: ["piece", piece.id, "review"] });
      notifications.show({ message: whatHappened(piece, move), color: "moss" });
      onMoved();
    },
    onError: (error) => {
      // Somebody moved it meanwhile: show the piece as it is now; the message says what happened.
      const current = error instanceof ProblemError ? error.problem.current : null;
      if (isPiece(current) && !autosave.hasChanges) {
        autosave.advance(current);
        client.setQueryData(["piece", current.id], current);
        onOvertaken();
      }
    },
  });
}

function unsavedReason(autosave: Autosave): string {
  if (autosave.state.kind === "refused") return autosave.state.error.message;
  return autosave.state.kind === "conflict" ? t("conflictTitle") : t("offline");
}

function whatHappened(piece: Piece, move: Move): string {
  if ("drop" in move) return t("editDropped");
  if ("unpublish_at" in move) {
    if (!piece.unpublish_instant) return t("endCleared");
    return t("endDone", { moment: formatMoment(piece.unpublish_instant, piece.unpublish_zone ?? undefined) });
  }
  if (piece.planned_edit && move.publish_at) {
    const { publish_instant: instant, publish_zone: zone } = piece.planned_edit;
    return t("editPlanned", { moment: formatMoment(instant, zone) });
  }
  if (piece.status === "published") return t("published");
  if (piece.status === "scheduled" && piece.publish_instant) {
    return t("scheduledDone", { moment: formatMoment(piece.publish_instant, piece.publish_zone ?? undefined) });
  }
  return t("moved", { status: statusWord(piece.status).toLowerCase() });
}
