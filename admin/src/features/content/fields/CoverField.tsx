import { Stack, Textarea, TextInput } from "@mantine/core";

import type { PieceText } from "@/features/content/pieceText";
import { FileField } from "./FileField";
import { t } from "./strings";

interface CoverFieldProps {
  cover: PieceText["cover"];
  readOnly: boolean;
  errors: Record<string, string>;
  onChange: (cover: PieceText["cover"]) => void;
}

export function CoverField({ cover, readOnly, errors, onChange }: CoverFieldProps) {
  return (
    <Stack gap="xs">
      <FileField
        label={t("cover")}
        hint={cover ? undefined : t("coverHint")}
        kind="image"
        value={cover}
        readOnly={readOnly}
        error={errors.cover ?? errors["cover.url"]}
        addressLabel={t("coverAddress")}
        onChange={(file, media) =>
          onChange(
            file && {
              media_id: file.media_id ?? null,
              url: file.url ?? null,
              alt: media?.alt ?? cover?.alt ?? "",
              caption: media?.caption ?? cover?.caption ?? "",
            },
          )
        }
      />
      {cover && (
        <>
          <TextInput
            label={t("coverAlt")}
            value={cover.alt ?? ""}
            readOnly={readOnly}
            error={errors["cover.alt"]}
            onChange={(event) => onChange({ ...cover, alt: event.currentTarget.value })}
          />
          <Textarea
            label={t("coverCaption")}
            autosize
            minRows={1}
            value={cover.caption ?? ""}
            readOnly={readOnly}
            error={errors["cover.caption"]}
            onChange={(event) => onChange({ ...cover, caption: event.currentTarget.value })}
          />
        </>
      )}
    </Stack>
  );
}
