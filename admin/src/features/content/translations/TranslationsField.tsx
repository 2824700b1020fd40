import { Button, Group, Select, Stack, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";

import { queries } from "@/api/queries";
import type { Piece } from "@/api/types";
import type { PieceText } from "@/features/content/pieceText";
import type { Editing } from "@/features/content/useEditing";
import { Status } from "@/ui/Status";

import { languageChoices, languageName } from "./languages";
import { t } from "./strings";
import classes from "./Translations.module.css";
import { useTranslations } from "./useTranslations";

interface TranslationsFieldProps {
  editing: Editing;
  text: PieceText;
  readOnly: boolean;
  error?: string;
  onChange: (changes: Partial<PieceText>) => void;
}

/** The language of a piece, and the same piece in others. */
export function TranslationsField({ editing, text, readOnly, error, onChange }: TranslationsFieldProps) {
  const { piece } = editing.autosave;
  const { make, join, isBusy } = useTranslations(editing);
  return (
    <Stack gap="md">
      <TextInput
        label={t("language")}
        description={t("languageHint")}
        value={text.language}
        disabled={readOnly}
        error={error}
        onChange={(event) => onChange({ language: event.currentTarget.value })}
      />
      {piece.translations.length === 0 ? (
        <p className={classes.none}>{t("none")}</p>
      ) : (
        <>
          <ul className={classes.list}>
            {piece.translations.map((other) => (
              <li key={other.id}>
                <Link to="/pieces/$pieceId" params={{ pieceId: String(other.id) }}>
                  {other.language ? languageName(other.language) : t("ownLanguage")}
                </Link>
                <Status state={other.status} />
              </li>
            ))}
          </ul>
          {!readOnly && (
            <Group>
              <Button size="xs" variant="outline" color="ink" disabled={isBusy} onClick={() => join(null)}>
                {t("leave")}
              </Button>
            </Group>
          )}
        </>
      )}
      {!readOnly && <NewTranslation piece={piece} language={text.language} isBusy={isBusy} onMake={make} />}
      {!readOnly && piece.translations.length === 0 && (
        <ExistingTranslation piece={piece} isBusy={isBusy} onPick={join} />
      )}
    </Stack>
  );
}

interface NewTranslationProps {
  piece: Piece;
  language: string;
  isBusy: boolean;
  onMake: (language: string) => void;
}

function NewTranslation({ piece, language, isBusy, onMake }: NewTranslationProps) {
  const [chosen, setChosen] = useState<string | null>(null);
  const taken = [language, ...piece.translations.map((other) => other.language)];
  return (
    <div className={classes.row}>
      <Select
        label={t("add")}
        description={t("addHint")}
        searchable
        data={languageChoices(taken)}
        value={chosen}
        onChange={setChosen}
      />
      <Button
        variant="outline"
        color="ink"
        loading={isBusy}
        disabled={chosen === null}
        onClick={() => chosen !== null && onMake(chosen)}
      >
        {t("make")}
      </Button>
    </div>
  );
}

interface ExistingTranslationProps {
  piece: Piece;
  isBusy: boolean;
  onPick: (id: number) => void;
}

function ExistingTranslation({ piece, isBusy, onPick }: ExistingTranslationProps) {
  const [words, setWords] = useState("");
  const [q] = useDebouncedValue(words.trim(), 250);
  const found = useInfiniteQuery({ ...queries.pieces({ q, limit: 20 }), enabled: q.length > 0 });
  const others = (found.data?.pages ?? []).flatMap((page) => page.items).filter(({ id }) => id !== piece.id);
  return (
    <Select
      label={t("link")}
      description={t("linkHint")}
      searchable
      disabled={isBusy}
      searchValue={words}
      onSearchChange={setWords}
      filter={({ options }) => options}
      nothingFoundMessage={q && found.isSuccess ? t("noPieces") : undefined}
      data={others.map(({ id, title, language }) => ({
        value: String(id),
        label: language ? `${title} (${language})` : title,
      }))}
      value={null}
      onChange={(id) => id !== null && onPick(Number(id))}
    />
  );
}
