import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";

import { api } from "@/api/client";
import { messageOf } from "@/api/problem";
import type { Piece } from "@/api/types";

/** Make an empty draft and open it: there is no form before the writing. */
export function useNewPiece() {
  const navigate = useNavigate();
  const client = useQueryClient();
  const { mutate, isPending } = useMutation({
    mutationFn: (kind: Piece["kind"]) => api.createPiece({ kind }),
    onSuccess: async (piece) => {
      client.setQueryData(["piece", piece.id], piece);
      void client.invalidateQueries({ queryKey: ["pieces"] });
      await navigate({ to: "/pieces/$pieceId", params: { pieceId: String(piece.id) } });
    },
    onError: (error) => notifications.show({ message: messageOf(error), color: "vermilion" }),
  });
  return { make: (kind: Piece["kind"] = "post") => !isPending && mutate(kind), isPending };
}
