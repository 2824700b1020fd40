import { Button, Stack, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { api } from "@/api/client";
import type { Webhook } from "@/api/types";
import { OneTimeSecret } from "@/ui/OneTimeSecret";
import { FormError } from "@/ui/States";
import { useServerForm } from "@/ui/useServerForm";

import { EventChoice } from "./EventChoice";
import { ALL } from "./events";
import { t } from "./strings";

/** Make a webhook, or change one; a new one shows its secret before it lets go. */
export function WebhookForm({ webhook, onDone }: { webhook: Webhook | null; onDone: () => void }) {
  const client = useQueryClient();
  const [secret, setSecret] = useState<string | null>(null);
  const { form, onSubmit, isPending, error } = useServerForm({
    initial: { name: webhook?.name ?? "", url: webhook?.url ?? "", events: webhook?.events ?? [ALL] },
    submit: async (values) => {
      if (webhook) await api.patchWebhook(webhook.id, { version: webhook.version, ...values });
      else setSecret((await api.createWebhook(values)).secret);
    },
    onDone: () => {
      void client.invalidateQueries({ queryKey: ["webhooks"] });
      if (!webhook) return;
      void client.invalidateQueries({ queryKey: ["webhook", webhook.id] });
      onDone();
    },
  });
  if (secret) {
    return <OneTimeSecret lead={t("secretMade")} label={t("secret")} value={secret} done={t("done")} onDone={onDone} />;
  }
  return (
    <form onSubmit={onSubmit} noValidate>
      <Stack gap="md">
        <TextInput label={t("name")} description={t("nameHint")} data-autofocus {...form.getInputProps("name")} />
        <TextInput
          label={t("url")}
          description={t("urlHint")}
          type="url"
          inputMode="url"
          autoComplete="off"
          placeholder="https://"
          {...form.getInputProps("url")}
        />
        <EventChoice
          value={form.values.events}
          onChange={(events) => {
            form.setFieldValue("events", events);
            form.clearFieldError("events");
          }}
          error={form.errors.events}
        />
        <FormError error={error} />
        <div>
          <Button type="submit" loading={isPending}>
            {webhook ? t("save") : t("make")}
          </Button>
        </div>
      </Stack>
    </form>
  );
}
