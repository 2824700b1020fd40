import { Stack } from "@mantine/core";

import type { PieceText } from "@/features/content/pieceText";
import { AudioFields, VideoFields } from "./FilmFields";
import type { FieldsByKind, Kind } from "./kinds";
import { LinkFields, NewsletterFields } from "./LinkFields";
import { PictureFields } from "./PictureFields";
import { PressFields } from "./PressFields";
import { t } from "./strings";

export interface KindProps<K extends keyof FieldsByKind> {
  fields: FieldsByKind[K];
  readOnly: boolean;
  /** The server's complaints by the path of the field, e.g. `fields.contacts[0].name`. */
  errors: Record<string, string>;
  onChange: (changes: Partial<FieldsByKind[K]>) => void;
}

interface KindFieldsProps {
  kind: Kind;
  text: PieceText;
  readOnly: boolean;
  errors: Record<string, string>;
  onChange: (changes: Partial<PieceText>) => void;
}

/** What a piece of this kind has beside its text; nothing for kinds that have no more. */
export function KindFields({ kind, text, readOnly, errors, onChange }: KindFieldsProps) {
  // The server answers the fields of the kind in full, so they are what the kind says.
  const as = <K extends keyof FieldsByKind>(): KindProps<K> => ({
    fields: text.fields as unknown as FieldsByKind[K],
    readOnly,
    errors,
    onChange: (changes) => onChange({ fields: { ...text.fields, ...changes } }),
  });
  const inside = (() => {
    switch (kind) {
      case "press_release":
        return <PressFields {...as<"press_release">()} />;
      case "video":
        return <VideoFields {...as<"video">()} />;
      case "audio":
        return <AudioFields {...as<"audio">()} />;
      case "picture":
        return <PictureFields {...as<"picture">()} />;
      case "newsletter":
        return <NewsletterFields {...as<"newsletter">()} />;
      case "link":
        return (
          <LinkFields {...as<"link">()} source={text.source_url} onSource={(source_url) => onChange({ source_url })} />
        );
      default:
        return null;
    }
  })();
  if (!inside) return null;
  return (
    <section aria-label={t("ofKind", { kind: t(kind).toLowerCase() })} style={{ marginBlockEnd: 24 }}>
      <Stack gap="md">{inside}</Stack>
    </section>
  );
}
