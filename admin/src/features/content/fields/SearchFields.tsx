import { Checkbox, Stack, Textarea, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import { queries } from "@/api/queries";
import type { Piece } from "@/api/types";

import { thumbnailOf } from "@/features/content/media/media";
import type { PieceText } from "@/features/content/pieceText";
import classes from "./Fields.module.css";
import { t } from "./strings";

const TITLE = 60;
const DESCRIPTION = 160;

interface SearchFieldsProps {
  piece: Piece;
  text: PieceText;
  readOnly: boolean;
  errors: Record<string, string>;
  onChange: (changes: Partial<PieceText>) => void;
}

/** What search engines and shares are told, and how that may look there. */
export function SearchFields({ piece, text, readOnly, errors, onChange }: SearchFieldsProps) {
  const title = text.meta_title || text.title;
  const description = text.meta_description || text.excerpt;
  return (
    <Stack gap="md">
      <TextInput
        label={t("metaTitle")}
        description={t("metaTitleHint")}
        value={text.meta_title}
        placeholder={text.title}
        readOnly={readOnly}
        error={errors.meta_title}
        inputWrapperOrder={["label", "description", "input", "error"]}
        onChange={(event) => onChange({ meta_title: event.currentTarget.value })}
      />
      <Count words="length60" length={[...title].length} most={TITLE} />
      <Textarea
        label={t("metaDescription")}
        description={t("metaDescriptionHint")}
        autosize
        minRows={2}
        maxRows={6}
        value={text.meta_description}
        placeholder={text.excerpt}
        readOnly={readOnly}
        error={errors.meta_description}
        onChange={(event) => onChange({ meta_description: event.currentTarget.value })}
      />
      <Count words="length160" length={[...description].length} most={DESCRIPTION} />
      <div>
        <p className={classes.previewName}>{t("previewSearch")}</p>
        <div className={classes.result}>
          <div className={classes.resultAddress}>{piece.url ?? piece.path}</div>
          <div className={classes.resultTitle}>{title || t("noTitleYet")}</div>
          <div className={classes.resultText}>{description || t("noDescription")}</div>
        </div>
        <p className={classes.previewName}>{t("previewCard")}</p>
        <div className={`${classes.result} ${classes.card}`}>
          <CardPicture cover={text.cover} />
          <div className={classes.cardWords}>
            <strong>{title || t("noTitleYet")}</strong>
            <div className={classes.resultText}>{description}</div>
          </div>
        </div>
      </div>
      <Checkbox
        label={t("featured")}
        description={t("featuredHint")}
        checked={text.featured}
        disabled={readOnly}
        onChange={(event) => onChange({ featured: event.currentTarget.checked })}
      />
    </Stack>
  );
}

function Count({ words, length, most }: { words: "length60" | "length160"; length: number; most: number }) {
  const isLong = length > most;
  return (
    <p className={`${classes.hint} ${classes.count}`} data-long={isLong || undefined} style={{ marginBlock: "-8px 0" }}>
      {t(words, { count: length })}
      {isLong && ` · ${t("tooLong")}`}
    </p>
  );
}

function CardPicture({ cover }: { cover: PieceText["cover"] }) {
  const media = useQuery({ ...queries.oneMedia(cover?.media_id ?? 0), enabled: Boolean(cover?.media_id) });
  const address = media.data ? thumbnailOf(media.data) : cover?.url;
  if (!address) return null;
  const { focal_x: x = null, focal_y: y = null } = media.data ?? {};
  return (
    <img
      className={classes.cardPicture}
      src={address}
      alt=""
      style={x !== null && y !== null ? { objectPosition: `${x * 100}% ${y * 100}%` } : undefined}
    />
  );
}
