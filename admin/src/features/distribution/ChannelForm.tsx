import { Button, Stack, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";

import { api } from "@/api/client";
import type { Adapter, Channel } from "@/api/types";
import { SchemaFields } from "@/ui/SchemaFields";
import { fieldsOf, toSettings, type FieldValues } from "@/ui/schemaFields";
import { FormError } from "@/ui/States";
import { useServerForm } from "@/ui/useServerForm";

import { t } from "./strings";

export function ChannelForm({
  adapter,
  channel,
  onDone,
}: {
  adapter: Adapter;
  channel: Channel | null;
  onDone: () => void;
}) {
  const client = useQueryClient();
  const fields = fieldsOf(adapter.settings_schema, adapter.secret_names, channel?.settings);
  const initial: { name: string; fields: FieldValues } = {
    name: channel?.name ?? adapter.title,
    fields: Object.fromEntries(fields.map((field) => [field.name, field.initial])),
  };
  const { form, onSubmit, isPending, error } = useServerForm({
    initial,
    submit: (values) => {
      const sent = toSettings(fields, values.fields);
      return channel
        ? api.patchChannel(channel.id, { version: channel.version, name: values.name, ...sent })
        : api.createChannel({ adapter: adapter.id, name: values.name, ...sent });
    },
    onDone: () => {
      void client.invalidateQueries({ queryKey: ["channels"] });
      onDone();
    },
    fields: Object.fromEntries(
      fields.flatMap(({ name }) => [
        [`settings.${name}`, name],
        [`secrets.${name}`, name],
        [name, name],
      ]),
    ),
    known: fields.map((field) => field.name),
  });

  return (
    <form onSubmit={onSubmit} noValidate>
      <Stack gap="md">
        <TextInput label={t("name")} description={t("nameHint")} data-autofocus {...form.getInputProps("name")} />
        <SchemaFields fields={fields} form={form} kept={channel?.secrets_set ?? []} />
        <FormError error={error} />
        <div>
          <Button type="submit" loading={isPending}>
            {channel ? t("save") : t("create")}
          </Button>
        </div>
      </Stack>
    </form>
  );
}
