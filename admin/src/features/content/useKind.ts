import { useQueryClient } from "@tanstack/react-query";

import { api } from "@/api/client";
import { ProblemError } from "@/api/problem";
import type { Piece } from "@/api/types";

import { isPiece } from "./autosave";
import { t } from "./fields/strings";
import type { Editing } from "./useEditing";

/** Give a piece another kind, after everything written so far is saved. */
export function useKind({ autosave, take }: Editing): (kind: Piece["kind"]) => Promise<void> {
  const client = useQueryClient();
  return async (kind) => {
    if (!(await autosave.flush())) throw new Error(t("kindUnsaved"));
    const { id, version } = autosave.piece;
    try {
      const piece = await api.patchPiece(id, { version, kind });
      take(() => autosave.advance(piece));
      client.setQueryData(["piece", id], piece);
      void client.invalidateQueries({ queryKey: ["pieces"] });
    } catch (error) {
      // Somebody changed it meanwhile: on to what it is now, to be asked again.
      const current = error instanceof ProblemError ? error.problem.current : null;
      if (isPiece(current) && !autosave.hasChanges) take(() => autosave.advance(current));
      throw error;
    }
  };
}
