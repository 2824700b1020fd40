import { Button, Checkbox, FileInput, Group, Progress, Radio, Stack, TextInput } from "@mantine/core";
import { useState } from "react";

import { fieldErrors } from "@/api/problem";
import type { ImportOptions, ImportRun } from "@/api/types";
import { Disclosure } from "@/ui/Disclosure";
import { FormError } from "@/ui/States";
import { ZoneSelect } from "@/ui/ZoneSelect";

import { t } from "./strings";
import { useStart } from "./useStart";

type Format = ImportRun["format"];

const FORMATS: { format: Format; accept: string; hint: Parameters<typeof t>[0] }[] = [
  { format: "wordpress", accept: ".xml,.zip", hint: "wordpressHint" },
  { format: "ghost", accept: ".json,.zip", hint: "ghostHint" },
  { format: "markdown", accept: ".zip,.md,.markdown", hint: "markdownHint" },
];
const NO_OPTIONS: ImportOptions = {
  dry_run: true,
  author: "",
  timezone: "",
  fetch_media: false,
  comments: false,
  site_url: "",
};

export function ImportForm() {
  const [format, setFormat] = useState<Format>("wordpress");
  const [file, setFile] = useState<File | null>(null);
  const [options, setOptions] = useState(NO_OPTIONS);
  const { start, part } = useStart();
  const told = fieldErrors(start.error);
  const set = (changes: Partial<ImportOptions>) => setOptions((before) => ({ ...before, ...changes }));
  const go = (isDry: boolean) => file && start.mutate({ format, file, options: { ...options, dry_run: isDry } });

  return (
    <Stack gap="md">
      <Radio.Group label={t("format")} value={format} onChange={(chosen) => setFormat(chosen as Format)}>
        <Stack gap="xs" mt="xs">
          {FORMATS.map((one) => (
            <Radio key={one.format} value={one.format} label={t(one.format)} description={t(one.hint)} />
          ))}
        </Stack>
      </Radio.Group>
      <FileInput
        label={t("file")}
        placeholder={t("choose")}
        accept={FORMATS.find((one) => one.format === format)?.accept}
        value={file}
        onChange={setFile}
        error={told.file}
      />
      <Disclosure title={t("options")}>
        <Stack gap="md">
          <Checkbox
            label={t("fetchMedia")}
            checked={options.fetch_media}
            onChange={(event) => set({ fetch_media: event.currentTarget.checked })}
          />
          {format === "wordpress" && (
            <Checkbox
              label={t("comments")}
              checked={options.comments}
              onChange={(event) => set({ comments: event.currentTarget.checked })}
            />
          )}
          {format === "ghost" && (
            <TextInput
              label={t("siteUrl")}
              type="url"
              placeholder="https://"
              value={options.site_url}
              onChange={(event) => set({ site_url: event.currentTarget.value })}
              error={told.site_url}
            />
          )}
          <TextInput
            label={t("author")}
            description={t("authorHint")}
            type="email"
            value={options.author}
            onChange={(event) => set({ author: event.currentTarget.value })}
            error={told.author}
          />
          <ZoneSelect
            label={t("timezone")}
            clearable
            value={options.timezone || null}
            onChange={(zone) => set({ timezone: zone ?? "" })}
            error={told.timezone}
          />
        </Stack>
      </Disclosure>
      {start.isPending && <Progress value={part * 100} aria-label={t("uploading")} />}
      <FormError error={start.error && Object.keys(told).length === 0 ? start.error : null} />
      <Group gap="xs">
        <Button onClick={() => go(true)} disabled={!file} loading={start.isPending}>
          {t("look")}
        </Button>
        <Button variant="outline" color="ink" onClick={() => go(false)} disabled={!file || start.isPending}>
          {t("doIt")}
        </Button>
        <span className="quiet">{t("lookHint")}</span>
      </Group>
    </Stack>
  );
}
