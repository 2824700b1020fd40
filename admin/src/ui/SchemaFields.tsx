import { Checkbox, NativeSelect, NumberInput, PasswordInput, Textarea, TextInput } from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";

import type { FieldValues, SchemaField } from "@/ui/schemaFields";
import { t } from "@/ui/strings";

interface PluginValues extends Record<string, unknown> {
  name: string;
  fields: FieldValues;
}

/** The settings of a plugin, drawn from what its plugin says about them. */
export function SchemaFields({
  fields,
  form,
  kept,
}: {
  fields: SchemaField[];
  form: UseFormReturnType<PluginValues>;
  /** Secrets that the server has; they are never shown. */
  kept: string[];
}) {
  return fields.map((field) => {
    const path = `fields.${field.name}`;
    const common = {
      key: field.name,
      label: field.label,
      description: field.description || undefined,
      withAsterisk: field.required && field.kind !== "switch" && !kept.includes(field.name),
      error: form.errors[path] ?? form.errors[field.name],
    };
    const { key, ...shared } = common;
    const { withAsterisk: _asterisk, ...plain } = shared;
    const input = form.getInputProps(path);
    switch (field.kind) {
      case "secret":
        return (
          <PasswordInput
            key={key}
            {...input}
            {...shared}
            autoComplete="off"
            placeholder={kept.includes(field.name) ? t("secretKept") : undefined}
          />
        );
      case "choice":
        return <NativeSelect key={key} data={field.options} {...input} {...shared} />;
      case "number":
        return <NumberInput key={key} hideControls {...input} {...shared} />;
      case "switch":
        return (
          <Checkbox key={key} {...form.getInputProps(path, { type: "checkbox" })} {...plain} />
        );
      case "list":
        return (
          <Textarea
            key={key}
            autosize
            minRows={2}
            {...input}
            {...shared}
            description={[field.description, t("listHint")].filter(Boolean).join(" ")}
          />
        );
      default:
        return <TextInput key={key} {...input} {...shared} />;
    }
  });
}
