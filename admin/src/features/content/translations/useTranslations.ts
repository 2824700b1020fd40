import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";

import { api } from "@/api/client";
import { messageOf } from "@/api/problem";

import type { Editing } from "@/features/content/useEditing";
import { t } from "./strings";

/** Make a translation, link one that is there, or leave them all; what was written is saved first. */
export function useTranslations({ autosave, take }: Editing) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const onError = (error: unknown) => notifications.show({ message: messageOf(error), color: "vermilion" });

  async function settled() {
    if (!(await autosave.flush())) throw new Error(t("unsaved"));
    return autosave.piece;
  }

  const make = useMutation({
    mutationFn: async (language: string) => api.translatePiece((await settled()).id, { language }),
    onSuccess: async (made) => {
      client.setQueryData(["piece", made.id], made);
      void client.invalidateQueries({ queryKey: ["pieces"] });
      void client.invalidateQueries({ queryKey: ["piece", autosave.piece.id] });
      await navigate({ to: "/pieces/$pieceId", params: { pieceId: String(made.id) } });
    },
    onError,
  });

  const join = useMutation({
    mutationFn: async (other: number | null) => {
      const { id, version } = await settled();
      return api.patchPiece(id, { version, translation_of: other });
    },
    onSuccess: (piece) => {
      take(() => autosave.advance(piece));
      client.setQueryData(["piece", piece.id], piece);
      void client.invalidateQueries({ queryKey: ["pieces"] });
    },
    onError,
  });

  return { make: make.mutate, join: join.mutate, isBusy: make.isPending || join.isPending };
}
