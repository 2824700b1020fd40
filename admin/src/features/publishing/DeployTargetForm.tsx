import { Button, Stack, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";

import { api } from "@/api/client";
import type { Deployer, DeployTarget } from "@/api/types";
import { SchemaFields } from "@/ui/SchemaFields";
import { fieldsOf, toSettings, type FieldValues } from "@/ui/schemaFields";
import { FormError } from "@/ui/States";
import { useServerForm } from "@/ui/useServerForm";

import { t } from "./strings";

/** A target's name and the settings that its kind asks for; secrets are written and never read. */
export function DeployTargetForm({
  deployer,
  target,
  onDone,
}: {
  deployer: Deployer;
  target: DeployTarget | null;
  onDone: () => void;
}) {
  const client = useQueryClient();
  const fields = fieldsOf(deployer.settings_schema, deployer.secret_names, target?.settings);
  const initial: { name: string; fields: FieldValues } = {
    name: target?.name ?? deployer.title,
    fields: Object.fromEntries(fields.map((field) => [field.name, field.initial])),
  };
  const { form, onSubmit, isPending, error } = useServerForm({
    initial,
    submit: (values) => {
      const sent = toSettings(fields, values.fields);
      return target
        ? api.patchDeployTarget(target.id, { version: target.version, name: values.name, ...sent })
        : api.createDeployTarget({ deployer: deployer.id, name: values.name, ...sent });
    },
    onDone: () => {
      void client.invalidateQueries({ queryKey: ["deploy-targets"] });
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
        <TextInput
          label={t("targetName")}
          description={t("targetNameHint")}
          data-autofocus
          {...form.getInputProps("name")}
        />
        <SchemaFields fields={fields} form={form} kept={target?.secrets_set ?? []} />
        <FormError error={error} />
        <div>
          <Button type="submit" loading={isPending}>
            {target ? t("save") : t("create")}
          </Button>
        </div>
      </Stack>
    </form>
  );
}
