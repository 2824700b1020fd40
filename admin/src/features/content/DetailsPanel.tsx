import { MultiSelect, Select, Stack, TagsInput, Textarea, TextInput } from "@mantine/core";

import { fieldErrors } from "@/api/problem";
import { queries } from "@/api/queries";
import type { Piece, PieceChanges } from "@/api/types";
import { useList } from "@/api/useList";
import { Disclosure } from "@/ui/Disclosure";

import type { SaveState } from "./autosave";
import { CoverField } from "./fields/CoverField";
import { KindField } from "./fields/KindField";
import { KindFields } from "./fields/KindFields";
import { SearchFields } from "./fields/SearchFields";
import { SeriesField } from "./fields/SeriesField";
import type { PieceText } from "./pieceText";
import { t } from "./strings";
import { t as languages } from "./translations/strings";
import { TranslationsField } from "./translations/TranslationsField";
import type { Editing } from "./useEditing";

interface DetailsPanelProps {
  editing: Editing;
  piece: Piece;
  text: PieceText;
  state: SaveState;
  readOnly: boolean;
  onChange: (changes: PieceChanges) => void;
  onKind: (kind: Piece["kind"]) => Promise<void>;
}

/** Everything about a piece that is not its title or text. */
export function DetailsPanel({ editing, piece, text, state, readOnly, onChange, onKind }: DetailsPanelProps) {
  const tags = useList(queries.tags(), { all: true });
  const campaigns = useList(queries.campaigns(), { all: true });
  const authors = useList(queries.authors(), { all: true });
  const errors = state.kind === "refused" ? fieldErrors(state.error) : {};
  const prefix = piece.path?.slice(0, piece.path.lastIndexOf(piece.slug)) ?? "/";

  return (
    <Stack gap="md">
      <KindField piece={piece} text={text} readOnly={readOnly} error={errors.kind} onChange={onKind} />
      <KindFields kind={piece.kind} text={text} readOnly={readOnly} errors={errors} onChange={onChange} />
      <TextInput
        label={t("slug")}
        description={t("slugHint")}
        leftSection={<span className="quiet">{prefix.length < 8 ? prefix : "…/"}</span>}
        leftSectionWidth={prefix.length < 8 ? 12 + prefix.length * 7 : 30}
        value={text.slug}
        disabled={readOnly}
        error={errors.slug}
        onChange={(event) => onChange({ slug: event.currentTarget.value })}
      />
      <Textarea
        label={t("excerpt")}
        description={t("excerptHint")}
        autosize
        minRows={2}
        maxRows={8}
        value={text.excerpt}
        disabled={readOnly}
        error={errors.excerpt}
        onChange={(event) => onChange({ excerpt: event.currentTarget.value })}
      />
      <TagsInput
        label={t("tags")}
        description={t("tagsHint")}
        data={tags.items.map((tag) => tag.name) ?? []}
        value={text.tags}
        disabled={readOnly}
        error={errors.tags}
        onChange={(names) => onChange({ tags: names })}
        acceptValueOnBlur
      />
      <Select
        label={t("campaign")}
        placeholder={t("noCampaign")}
        data={campaigns.items.map(({ id, name }) => ({ value: String(id), label: name }))}
        value={text.campaign_id === null ? null : String(text.campaign_id)}
        disabled={readOnly}
        clearable
        error={errors.campaign_id}
        onChange={(id) => onChange({ campaign_id: id === null ? null : Number(id) })}
      />
      <MultiSelect
        label={t("authors")}
        data={authorChoices(piece, authors.items)}
        value={text.author_ids.map(String)}
        disabled={readOnly}
        searchable
        hidePickedOptions
        error={errors.author_ids}
        onChange={(ids) => onChange({ author_ids: ids.map(Number) })}
      />
      <SeriesField text={text} readOnly={readOnly} errors={errors} onChange={onChange} />
      <CoverField
        cover={text.cover}
        readOnly={readOnly}
        errors={errors}
        onChange={(cover) => onChange({ cover })}
      />
      <Disclosure title={languages("heading")}>
        <TranslationsField
          editing={editing}
          text={text}
          readOnly={readOnly}
          error={errors.language}
          onChange={onChange}
        />
      </Disclosure>
      <Disclosure title={t("searchFields")}>
        <SearchFields piece={piece} text={text} readOnly={readOnly} errors={errors} onChange={onChange} />
      </Disclosure>
      <Disclosure title={t("moreFields")}>
        <Stack gap="md">
          <TextInput
            label={t("plannedFor")}
            description={t("plannedHint")}
            value={text.planned_for ?? ""}
            disabled={readOnly}
            error={errors.planned_for}
            onChange={(event) => onChange({ planned_for: event.currentTarget.value || null })}
          />
          <TextInput
            label={t("canonical")}
            description={t("canonicalHint")}
            type="url"
            value={text.canonical_url ?? ""}
            disabled={readOnly}
            error={errors.canonical_url}
            onChange={(event) => onChange({ canonical_url: event.currentTarget.value || null })}
          />
        </Stack>
      </Disclosure>
    </Stack>
  );
}

/** Those to choose from, and those who sign it already, whom the list may not hold yet. */
function authorChoices(piece: Piece, known: { id: number; name: string }[]) {
  const all = new Map([...piece.authors, ...known].map(({ id, name }) => [id, name]));
  return [...all].map(([id, label]) => ({ value: String(id), label }));
}
