import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";

import { api } from "@/api/client";
import type { Piece, Transition } from "@/api/types";
import { formatMoment } from "@/ui/format";
import { statusWord } from "@/ui/Status";

import type { Autosave } from "./autosave";
import { t } from "./strings";

export type Move = Omit<Transition, "version">;

/** Move a piece to another state, after everything written so far is saved. */
export function usePieceMove(autosave: Autosave, onMoved: () => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (move: Move) => {
      if (!(await autosave.flush())) throw new Error(unsavedReason(autosave));
      return api.transition(autosave.piece.id, { ...move, version: autosave.piece.version });
    },
    onSuccess: (piece) => {
      autosave.advance(piece);
      client.setQueryData(["piece", piece.id], piece);
      void client.invalidateQueries({ queryKey: ["pieces"] });
      notifications.show({ message: whatHappened(piece), color: "moss" });
      onMoved();
    },
  });
}

function unsavedReason(autosave: Autosave): string {
  if (autosave.state.kind === "refused") return autosave.state.error.message;
  return autosave.state.kind === "conflict" ? t("conflictTitle") : t("offline");
}

function whatHappened(piece: Piece): string {
  if (piece.status === "published") return t("published");
  if (piece.status === "scheduled" && piece.publish_instant) {
    return t("scheduledDone", { moment: formatMoment(piece.publish_instant, piece.publish_zone ?? undefined) });
  }
  return t("moved", { status: statusWord(piece.status).toLowerCase() });
}
