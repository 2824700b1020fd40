import { Button, Checkbox, NativeSelect, NumberInput, Textarea, TextInput } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import { useEffect, useState } from "react";

import { useSignedIn } from "@/api/session";
import { IconButton } from "@/ui/IconButton";

import { MediaPicker } from "@/features/content/media/MediaPicker";
import { FileField, FileLine } from "./FileField";
import classes from "./Fields.module.css";
import type { KindProps } from "./KindFields";
import { parseLength, writeLength } from "./kinds";
import { t } from "./strings";

export function VideoFields({ fields, readOnly, errors, onChange }: KindProps<"video">) {
  return (
    <>
      <FileField
        label={t("videoFile")}
        kind="video"
        value={fields.video}
        readOnly={readOnly}
        error={errors["fields.video"] ?? errors["fields.video.url"]}
        onChange={(video) => onChange({ video })}
      />
      <LengthInput value={fields.duration_s} readOnly={readOnly} onChange={(duration_s) => onChange({ duration_s })} />
      <FileField
        label={t("poster")}
        kind="image"
        value={fields.poster_media_id ? { media_id: fields.poster_media_id } : null}
        readOnly={readOnly}
        addressLabel=""
        onChange={(poster) => onChange({ poster_media_id: poster?.media_id ?? null })}
      />
      <Captions fields={fields} readOnly={readOnly} errors={errors} onChange={onChange} />
      <Transcript value={fields.transcript} readOnly={readOnly} onChange={(transcript) => onChange({ transcript })} />
    </>
  );
}

export function AudioFields({ fields, readOnly, errors, onChange }: KindProps<"audio">) {
  return (
    <>
      <FileField
        label={t("audioFile")}
        kind="audio"
        value={fields.audio}
        readOnly={readOnly}
        error={errors["fields.audio"] ?? errors["fields.audio.url"]}
        onChange={(audio) => onChange({ audio, size_bytes: null })}
      />
      <LengthInput value={fields.duration_s} readOnly={readOnly} onChange={(duration_s) => onChange({ duration_s })} />
      {fields.audio?.url && (
        <NumberInput
          label={t("fileSize")}
          description={t("fileSizeHint")}
          min={0}
          max={2 ** 40}
          allowDecimal={false}
          hideControls
          value={fields.size_bytes ?? ""}
          readOnly={readOnly}
          error={errors["fields.size_bytes"]}
          onChange={(value) => onChange({ size_bytes: typeof value === "number" ? value : null })}
        />
      )}
      <div className={classes.row}>
        {(["season", "episode"] as const).map((name) => (
          <NumberInput
            key={name}
            label={t(name)}
            min={0}
            max={1_000_000}
            allowDecimal={false}
            hideControls
            value={fields[name] ?? ""}
            readOnly={readOnly}
            error={errors[`fields.${name}`]}
            onChange={(value) => onChange({ [name]: typeof value === "number" ? value : null })}
          />
        ))}
      </div>
      <NativeSelect
        label={t("episodeType")}
        value={fields.episode_type}
        disabled={readOnly}
        onChange={(event) => onChange({ episode_type: event.currentTarget.value as "full" | "trailer" | "bonus" })}
        data={(["full", "trailer", "bonus"] as const).map((value) => ({ value, label: t(value) }))}
      />
      <Checkbox
        label={t("explicit")}
        checked={fields.explicit}
        disabled={readOnly}
        onChange={(event) => onChange({ explicit: event.currentTarget.checked })}
      />
      <Transcript value={fields.transcript} readOnly={readOnly} onChange={(transcript) => onChange({ transcript })} />
    </>
  );
}

function Transcript({ value, readOnly, onChange }: { value: string; readOnly: boolean; onChange: (value: string) => void }) {
  return (
    <Textarea
      label={t("transcript")}
      description={t("transcriptHint")}
      autosize
      minRows={3}
      maxRows={14}
      value={value}
      readOnly={readOnly}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

interface LengthInputProps {
  value: number | null;
  readOnly: boolean;
  onChange: (seconds: number | null) => void;
}

function LengthInput({ value, readOnly, onChange }: LengthInputProps) {
  const [typed, setTyped] = useState(writeLength(value));
  const [isWrong, setWrong] = useState(false);
  useEffect(() => setTyped(writeLength(value)), [value]);
  return (
    <TextInput
      label={t("length")}
      description={t("lengthHint")}
      inputMode="numeric"
      value={typed}
      readOnly={readOnly}
      error={isWrong ? t("badLength") : undefined}
      onChange={(event) => {
        setWrong(false);
        setTyped(event.currentTarget.value);
      }}
      onBlur={() => {
        const seconds = parseLength(typed);
        if (Number.isNaN(seconds)) setWrong(true);
        else if (seconds !== value) onChange(seconds);
      }}
    />
  );
}

function Captions({ fields, readOnly, errors, onChange }: KindProps<"video">) {
  const [picking, setPicking] = useState(false);
  const { locale } = useSignedIn().organisation;
  const { captions } = fields;
  return (
    <fieldset className={classes.group}>
      <legend className={classes.legend}>{t("captions")}</legend>
      <ul className={classes.items}>
        {captions.map((track, index) => (
          <li key={index} className={classes.item}>
            <FileLine mediaId={track.media_id} kind="captions" />
            <div className={classes.itemHead} style={{ marginBlockEnd: 0 }}>
              <TextInput
                aria-label={t("captionsLanguage", { number: index + 1 })}
                value={track.language}
                readOnly={readOnly}
                error={errors[`fields.captions[${index}].language`]}
                onChange={(event) =>
                  onChange({
                    captions: captions.map((one, at) =>
                      at === index ? { ...one, language: event.currentTarget.value } : one,
                    ),
                  })
                }
              />
              {!readOnly && (
                <IconButton
                  size={28}
                  label={t("removeCaptions", { language: track.language })}
                  icon={IconX}
                  onClick={() => onChange({ captions: captions.filter((_, at) => at !== index) })}
                />
              )}
            </div>
          </li>
        ))}
      </ul>
      {!readOnly && (
        <Button size="compact-sm" variant="outline" color="ink" onClick={() => setPicking(true)}>
          {t("addCaptions")}
        </Button>
      )}
      <MediaPicker
        opened={picking}
        only="captions"
        onClose={() => setPicking(false)}
        onPick={(media) => {
          setPicking(false);
          onChange({ captions: [...captions, { language: locale.split(/[-_]/)[0] ?? "en", media_id: media.id }] });
        }}
      />
    </fieldset>
  );
}
