import { Button, Select, Stack } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { api } from "@/api/client";
import type { Webhook } from "@/api/types";
import { OneTimeSecret } from "@/ui/OneTimeSecret";
import { FormError } from "@/ui/States";

import { t } from "./strings";

const HOURS = [24, 1, 168, 0];

/** Another secret; the old one may sign for a while so that no message is refused. */
export function SecretForm({ webhook, onDone }: { webhook: Webhook; onDone: () => void }) {
  const client = useQueryClient();
  const [hours, setHours] = useState("24");
  const renew = useMutation({
    mutationFn: () => api.newWebhookSecret(webhook.id, { overlap_h: Number(hours) }),
    onSuccess: () => client.invalidateQueries({ queryKey: ["webhook", webhook.id] }),
  });
  if (renew.data) {
    return (
      <OneTimeSecret lead={t("secretMade")} label={t("secret")} value={renew.data.secret} done={t("done")} onDone={onDone} />
    );
  }
  return (
    <Stack gap="md">
      <p style={{ margin: 0 }}>{t("newSecretLead")}</p>
      <Select
        label={t("overlap")}
        data={HOURS.map((count) => ({ value: String(count), label: wordOf(count) }))}
        value={hours}
        onChange={(chosen) => setHours(chosen ?? "24")}
        allowDeselect={false}
      />
      <FormError error={renew.error} />
      <div>
        <Button onClick={() => renew.mutate()} loading={renew.isPending}>
          {t("makeSecret")}
        </Button>
      </div>
    </Stack>
  );
}

function wordOf(hours: number): string {
  if (hours === 0) return t("overlapNone");
  return hours === 168 ? t("overlapWeek") : t("overlapHours", { count: hours });
}
