import { Button, Group } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { api } from "@/api/client";
import { messageOf } from "@/api/problem";
import type { BulkAction, BulkDone } from "@/api/types";

import { t } from "./strings";

/** Long enough to read, look, and change one's mind. */
const UNDO_MS = 12_000;

/** Do one thing to many pieces; what it was before is one press away, what did not work is told. */
export function useBulk({ onDone }: { onDone: (result: BulkDone) => void }) {
  const client = useQueryClient();
  const [failed, setFailed] = useState<BulkDone["failed"]>([]);
  const refresh = () =>
    Promise.all(["pieces", "piece", "tags", "authors", "series"].map((key) => client.invalidateQueries({ queryKey: [key] })));

  async function undo(token: string, toast: string) {
    notifications.hide(toast);
    try {
      const back = await api.undoBulk({ token });
      notifications.show({ message: t("undone", { count: back.done.length }), color: "moss" });
      setFailed(back.failed);
    } catch (error) {
      notifications.show({ message: messageOf(error), color: "vermilion" });
    }
    await refresh();
  }

  const bulk = useMutation({
    mutationFn: (body: { ids: number[]; action: BulkAction }) => api.bulk(body),
    onSuccess: (result) => {
      const { undo: token } = result;
      const toast = notifications.show({
        color: result.done.length > 0 ? "moss" : "ochre",
        autoClose: token ? UNDO_MS : 6_000,
        message: (
          <Group justify="space-between" wrap="nowrap">
            <span>{result.done.length > 0 ? t("done", { count: result.done.length }) : t("noneDone")}</span>
            {token && (
              <Button size="compact-sm" variant="outline" color="ink" onClick={() => void undo(token, toast)}>
                {t("undo")}
              </Button>
            )}
          </Group>
        ),
      });
      setFailed(result.failed);
      onDone(result);
      void refresh();
    },
  });
  return { bulk, failed, forget: () => setFailed([]) };
}
