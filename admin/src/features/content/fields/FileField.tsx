import { Button, Group, TextInput } from "@mantine/core";
import { IconFile, IconMovie, IconPhoto, IconVolume } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState, type ReactNode } from "react";

import { queries } from "@/api/queries";
import type { Media } from "@/api/types";

import { thumbnailOf, type MediaKind } from "@/features/content/media/media";
import { MediaPicker } from "@/features/content/media/MediaPicker";
import classes from "./Fields.module.css";
import { isAddress, type FileRef } from "./kinds";
import { t } from "./strings";

const ICONS = { image: IconPhoto, video: IconMovie, audio: IconVolume, document: IconFile, captions: IconFile };

/** The picture or sign of a file, and its name. */
export function FileLine({ mediaId, url, kind, children }: { mediaId?: number | null; url?: string | null; kind: MediaKind; children?: ReactNode }) {
  const media = useQuery({ ...queries.oneMedia(mediaId ?? 0), enabled: Boolean(mediaId) });
  const Icon = ICONS[kind];
  const picture = kind === "image" ? (media.data ? thumbnailOf(media.data) : mediaId ? null : url) : null;
  return (
    <div className={classes.file}>
      <span className={classes.thumb}>
        {picture ? <img src={picture} alt="" /> : <Icon size={22} stroke={1.25} aria-hidden />}
      </span>
      <div style={{ minWidth: 0 }}>
        <span className={classes.fileName}>{media.data?.name ?? (media.isError ? media.error.message : (url ?? "…"))}</span>
        {children}
      </div>
    </div>
  );
}

interface FileFieldProps {
  label: string;
  hint?: string;
  kind: MediaKind;
  value: FileRef | null;
  readOnly: boolean;
  error?: string;
  /** The second argument is the file as the library knows it, when it came from there. */
  onChange: (value: FileRef | null, media?: Media) => void;
  addressLabel?: string;
}

/** A file from the library, or its address elsewhere. */
export function FileField({ label, hint, kind, value, readOnly, error, onChange, addressLabel }: FileFieldProps) {
  const [picking, setPicking] = useState(false);
  return (
    <fieldset className={classes.group}>
      <legend className={classes.legend}>{label}</legend>
      {hint && <p className={classes.hint}>{hint}</p>}
      {value && (value.media_id || value.url) && <FileLine mediaId={value.media_id} url={value.url} kind={kind} />}
      {!readOnly && (
        <Group gap="xs" mb={8}>
          <Button size="compact-sm" variant="outline" color="ink" onClick={() => setPicking(true)}>
            {value ? t("change") : t("pick")}
          </Button>
          {value && (
            <Button size="compact-sm" variant="subtle" onClick={() => onChange(null)}>
              {t("takeOut")}
            </Button>
          )}
        </Group>
      )}
      {!value?.media_id && addressLabel !== "" && (
        <AddressInput
          label={addressLabel ?? t("address")}
          value={value?.url ?? ""}
          readOnly={readOnly}
          error={error}
          onCommit={(url) => onChange(url ? { url } : null)}
        />
      )}
      {value?.media_id && error && <p className={classes.hint}>{error}</p>}
      <MediaPicker
        opened={picking}
        only={kind}
        onClose={() => setPicking(false)}
        onPick={(media) => {
          setPicking(false);
          onChange({ media_id: media.id }, media);
        }}
      />
    </fieldset>
  );
}

interface AddressInputProps {
  label: string;
  description?: string;
  value: string;
  readOnly: boolean;
  error?: string;
  onCommit: (value: string) => void;
}

/** An address travels when it is whole: on leaving the field, or at once when it is one. */
export function AddressInput({ label, description, value, readOnly, error, onCommit }: AddressInputProps) {
  const [typed, setTyped] = useState(value);
  const [left, setLeft] = useState(false);
  useEffect(() => setTyped(value), [value]);
  const isWrong = left && typed !== "" && !isAddress(typed);
  return (
    <TextInput
      label={label}
      description={description}
      type="url"
      inputMode="url"
      placeholder={t("addressHint")}
      value={typed}
      readOnly={readOnly}
      error={error ?? (isWrong ? t("badAddress") : undefined)}
      onChange={(event) => {
        setLeft(false);
        setTyped(event.currentTarget.value);
      }}
      onBlur={() => {
        setLeft(true);
        if (typed !== value && (typed === "" || isAddress(typed))) onCommit(typed);
      }}
    />
  );
}
