import { Textarea, TextInput } from "@mantine/core";

import { AddressInput } from "./FileField";
import type { KindProps } from "./KindFields";
import { t } from "./strings";

interface LinkFieldsProps extends KindProps<"link"> {
  source: string | null;
  onSource: (source: string | null) => void;
}

export function LinkFields({ fields, readOnly, errors, onChange, source, onSource }: LinkFieldsProps) {
  return (
    <>
      <AddressInput
        label={t("source")}
        description={t("sourceHint")}
        value={source ?? ""}
        readOnly={readOnly}
        error={errors.source_url}
        onCommit={(url) => onSource(url || null)}
      />
      <Textarea
        label={t("quote")}
        autosize
        minRows={3}
        maxRows={12}
        value={fields.quote}
        readOnly={readOnly}
        error={errors["fields.quote"]}
        onChange={(event) => onChange({ quote: event.currentTarget.value })}
      />
      {(["source_title", "source_author"] as const).map((name) => (
        <TextInput
          key={name}
          label={t(name === "source_title" ? "sourceTitle" : "sourceAuthor")}
          value={fields[name]}
          readOnly={readOnly}
          error={errors[`fields.${name}`]}
          onChange={(event) => onChange({ [name]: event.currentTarget.value })}
        />
      ))}
    </>
  );
}

export function NewsletterFields({ fields, readOnly, errors, onChange }: KindProps<"newsletter">) {
  return (["subject", "preheader"] as const).map((name) => (
    <TextInput
      key={name}
      label={t(name)}
      description={t(name === "subject" ? "subjectHint" : "preheaderHint")}
      value={fields[name]}
      readOnly={readOnly}
      error={errors[`fields.${name}`]}
      onChange={(event) => onChange({ [name]: event.currentTarget.value })}
    />
  ));
}
