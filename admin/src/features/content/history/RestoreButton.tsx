import { Button } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconHistory } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";

import { api } from "@/api/client";
import { messageOf } from "@/api/problem";
import { queries } from "@/api/queries";
import { useMay } from "@/api/session";
import type { RevisionSummary } from "@/api/types";

import { t } from "./strings";

/** Make the words of an older version the present ones, as a version of their own. */
export function RestoreButton({ pieceId, revision }: { pieceId: number; revision: RevisionSummary }) {
  const piece = useQuery(queries.piece(pieceId));
  const client = useQueryClient();
  const navigate = useNavigate();
  const mayWrite = useMay("write");
  const restore = useMutation({
    mutationFn: (version: number) => api.restore(pieceId, { version, revision_id: revision.id }),
    onSuccess: async (restored) => {
      client.setQueryData(["piece", pieceId], restored);
      void client.invalidateQueries({ queryKey: ["pieces"] });
      await client.invalidateQueries({ queryKey: ["piece", pieceId, "revisions"] });
      notifications.show({ message: t("restoredDone", { number: revision.number }), color: "moss" });
      await navigate({ to: "/pieces/$pieceId/history", params: { pieceId: String(pieceId) }, search: {} });
    },
    onError: (error) => {
      notifications.show({ message: messageOf(error), color: "vermilion" });
      void client.invalidateQueries({ queryKey: ["piece", pieceId] });
    },
  });
  if (!mayWrite || !piece.data) return null;
  const { version } = piece.data;
  return (
    <Button
      size="xs"
      leftSection={<IconHistory size={15} stroke={1.75} />}
      loading={restore.isPending}
      onClick={() => restore.mutate(version)}
    >
      {t("restore")}
    </Button>
  );
}
