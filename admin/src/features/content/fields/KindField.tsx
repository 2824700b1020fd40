import { NativeSelect } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useState } from "react";

import type { Piece } from "@/api/types";
import type { PieceText } from "@/features/content/pieceText";
import { ConfirmDialog } from "@/ui/ConfirmDialog";

import { KINDS, lostFields, type Kind } from "./kinds";
import { t } from "./strings";

interface KindFieldProps {
  piece: Piece;
  text: PieceText;
  readOnly: boolean;
  error?: string;
  /** Save it as another kind; what the kinds do not share is gone then. */
  onChange: (kind: Kind) => Promise<void>;
}

/** What kind of piece it is. Readers once seen it, it stays that kind: its address hangs on it. */
export function KindField({ piece, text, readOnly, error, onChange }: KindFieldProps) {
  const [asked, setAsked] = useState<Kind | null>(null);
  const [isPending, setPending] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const isFixed = piece.published_at !== null;

  async function change(kind: Kind) {
    setPending(true);
    setFailure(null);
    try {
      await onChange(kind);
      setAsked(null);
      notifications.show({ message: t("kindChanged", { kind: t(kind).toLowerCase() }), color: "moss" });
    } catch (reason) {
      setFailure(reason);
      setAsked(kind);
    } finally {
      setPending(false);
    }
  }

  return (
    <>
      <NativeSelect
        label={t("kind")}
        description={isFixed ? t("kindFixed") : undefined}
        value={piece.kind}
        disabled={readOnly || isFixed || isPending}
        error={error}
        data={KINDS.map((kind) => ({ value: kind, label: t(kind) }))}
        onChange={(event) => {
          const kind = KINDS.find((one) => one === event.currentTarget.value);
          if (!kind || kind === piece.kind) return;
          setFailure(null);
          if (lostFields(text.fields, kind).length > 0) setAsked(kind);
          else void change(kind);
        }}
      />
      <ConfirmDialog
        opened={asked !== null}
        title={asked ? t("kindTitle", { kind: t(asked).toLowerCase() }) : ""}
        action={t("kindDo")}
        isPending={isPending}
        error={failure}
        onConfirm={() => asked && void change(asked)}
        onClose={() => setAsked(null)}
      >
        {asked && lostFields(text.fields, asked).length > 0 && (
          <>
            {t("kindLoses", { kind: t(asked).toLowerCase() })}
            <ul style={{ margin: "8px 0 0", paddingInlineStart: 20 }}>
              {lostFields(text.fields, asked).map((name) => (
                <li key={name}>{t(FIELD_WORDS[name] ?? "kind")}</li>
              ))}
            </ul>
          </>
        )}
      </ConfirmDialog>
    </>
  );
}

const FIELD_WORDS: Record<string, Parameters<typeof t>[0]> = {
  dateline: "dateline",
  boilerplate: "boilerplate",
  contacts: "contacts",
  embargo_until: "embargo",
  video: "videoFile",
  audio: "audioFile",
  duration_s: "length",
  size_bytes: "fileSize",
  poster_media_id: "poster",
  captions: "captions",
  transcript: "transcript",
  episode: "episode",
  season: "season",
  episode_type: "episodeType",
  explicit: "explicit",
  pictures: "pictures",
  subject: "subject",
  preheader: "preheader",
  quote: "quote",
  source_title: "sourceTitle",
  source_author: "sourceAuthor",
};
