import { Button, Checkbox, NativeSelect, TextInput } from "@mantine/core";
import { useDebouncedCallback, useHotkeys } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";

import { queries } from "@/api/queries";
import { useMay } from "@/api/session";
import type { PieceSummary } from "@/api/types";
import { useList } from "@/api/useList";
import { formatDate, formatDateTime } from "@/ui/format";
import { Page } from "@/ui/Page";
import { EmptyState, ErrorState, Rows } from "@/ui/States";
import { Status, statusWord } from "@/ui/Status";

import { BulkBar } from "./bulk/BulkBar";
import { NOTHING, toggle, toggleAll, within } from "./bulk/selection";
import { t as bulk } from "./bulk/strings";
import { t as kinds } from "./fields/strings";
import { NewPieceButton } from "./NewPieceButton";
import classes from "./PiecesPage.module.css";
import { isFiltered, parsePieceSearch, toQuery, type PieceSearch } from "./search";
import { t } from "./strings";
import { languageChoices, type LanguageChoice, languageName } from "./translations/languages";

const route = getRouteApi("/shell/pieces");
const NOT_TRANSLATED = "-";
const STATUSES = ["idea", "draft", "in_review", "approved", "scheduled", "published", "archived"];

export function PiecesPage() {
  const search = route.useSearch();
  const pieces = useInfiniteQuery(queries.pieces(toQuery(search)));
  const mayWrite = useMay("write");
  const list = useRef<HTMLTableSectionElement>(null);
  const [selection, setSelection] = useState(NOTHING);

  const newButton = mayWrite && <NewPieceButton />;
  const items = pieces.data?.pages.flatMap((page) => page.items) ?? [];
  const order = items.map(({ id }) => id);
  const chosen = within(selection, order);
  const pick = (id: number, shift: boolean) => setSelection((before) => toggle(before, order, id, shift));
  useRowKeys(list, {
    pick: (id, shift) => mayWrite && pick(id, shift),
    clear: () => setSelection(NOTHING),
  });

  return (
    <Page title={t("pieces")} actions={(items.length > 0 || isFiltered(search)) && newButton}>
      <Filters search={search} />
      {pieces.isPending && <Rows count={8} height={57} />}
      {pieces.isError && <ErrorState error={pieces.error} onRetry={() => void pieces.refetch()} />}
      {pieces.isSuccess && items.length === 0 && (
        <Nothing filtered={isFiltered(search)} newButton={newButton} />
      )}
      {items.length > 0 && (
        <>
          <table className={classes.table}>
            <thead>
              <tr>
                {mayWrite && (
                  <td className={classes.check}>
                    <Checkbox
                      size="xs"
                      aria-label={bulk("selectAll")}
                      checked={chosen.length === items.length}
                      indeterminate={chosen.length > 0 && chosen.length < items.length}
                      onChange={() => setSelection(toggleAll(selection, order))}
                    />
                  </td>
                )}
                <th scope="col">{t("title")}</th>
                <th scope="col">{t("status")}</th>
                <th scope="col">{t("when")}</th>
                <th scope="col" className={classes.wide}>
                  {t("authors")}
                </th>
              </tr>
            </thead>
            <tbody ref={list}>
              {items.map((piece) => (
                <PieceRow
                  key={piece.id}
                  piece={piece}
                  isChosen={selection.ids.has(piece.id)}
                  onPick={mayWrite ? (shift) => pick(piece.id, shift) : undefined}
                />
              ))}
            </tbody>
          </table>
          {pieces.hasNextPage && (
            <Button
              mt="md"
              variant="outline"
              color="ink"
              loading={pieces.isFetchingNextPage}
              onClick={() => void pieces.fetchNextPage()}
            >
              {t("more")}
            </Button>
          )}
          <p className={classes.hint}>{t("listHint")}</p>
          {mayWrite && <BulkBar pieces={items} ids={chosen} onClear={() => setSelection(NOTHING)} />}
        </>
      )}
    </Page>
  );
}

function Nothing({ filtered, newButton }: { filtered: boolean; newButton: React.ReactNode }) {
  const navigate = route.useNavigate();
  if (!filtered) return <EmptyState action={newButton}>{t("emptyPieces")}</EmptyState>;
  return (
    <EmptyState
      action={
        <Button variant="outline" color="ink" onClick={() => void navigate({ search: {} })}>
          {t("clearFilters")}
        </Button>
      }
    >
      {t("noMatch")}
    </EmptyState>
  );
}

function Filters({ search }: { search: PieceSearch }) {
  const navigate = route.useNavigate();
  const tags = useList(queries.tags(), { all: true });
  const series = useList(queries.series(), { all: true });
  const campaigns = useList(queries.campaigns(), { all: true });
  const [words, setWords] = useState(search.q ?? "");
  const set = (change: Partial<PieceSearch>) =>
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true });
  const setWordsSoon = useDebouncedCallback((q: string) => set({ q: q || undefined }), 250);
  useEffect(() => setWords(search.q ?? ""), [search.q]);

  return (
    <search className={classes.filters}>
      <TextInput
        className={classes.search}
        type="search"
        aria-label={t("searchLabel")}
        placeholder={t("searchHint")}
        leftSection={<IconSearch size={16} stroke={1.5} />}
        value={words}
        onChange={(event) => {
          setWords(event.currentTarget.value);
          setWordsSoon(event.currentTarget.value);
        }}
      />
      <NativeSelect
        aria-label={t("status")}
        value={search.status ?? ""}
        onChange={(event) => set({ status: event.currentTarget.value || undefined })}
        data={[
          { value: "", label: t("anyStatus") },
          ...STATUSES.map((status) => ({ value: status, label: statusWord(status) })),
        ]}
      />
      {tags.items.length > 0 && (
        <NativeSelect
          aria-label={t("tag")}
          value={search.tag ?? ""}
          onChange={(event) => set({ tag: event.currentTarget.value || undefined })}
          data={[
            { value: "", label: t("anyTag") },
            ...tags.items.map((tag) => ({ value: tag.slug, label: tag.name })),
          ]}
        />
      )}
      {series.items.length > 0 && (
        <NativeSelect
          aria-label={t("series")}
          value={search.series ?? ""}
          onChange={(event) => set({ series: event.currentTarget.value || undefined })}
          data={[
            { value: "", label: t("anySeries") },
            ...series.items.map(({ slug, title }) => ({ value: slug, label: title })),
          ]}
        />
      )}
      <NativeSelect
        aria-label={t("language")}
        value={search.translated === false ? NOT_TRANSLATED : (search.language ?? "")}
        onChange={(event) => {
          const chosen = event.currentTarget.value;
          const none = chosen === NOT_TRANSLATED;
          set({ language: none ? undefined : chosen || undefined, translated: none ? false : undefined });
        }}
        data={[
          { value: "", label: t("anyLanguage") },
          { value: NOT_TRANSLATED, label: t("notTranslated") },
          ...withChosen(languageChoices(), search.language),
        ]}
      />
      {campaigns.items.length > 0 && (
        <NativeSelect
          aria-label={t("campaign")}
          value={String(search.campaign ?? "")}
          onChange={(event) => set({ campaign: Number(event.currentTarget.value) || undefined })}
          data={[
            { value: "", label: t("anyCampaign") },
            ...campaigns.items.map(({ id, name }) => ({ value: String(id), label: name })),
          ]}
        />
      )}
      <NativeSelect
        aria-label={t("sort")}
        value={search.sort ?? "-updated_at"}
        onChange={(event) => set(parsePieceSearch({ sort: event.currentTarget.value }))}
        data={[
          { value: "-updated_at", label: t("sortUpdated") },
          { value: "-stands_at", label: t("sortStands") },
          { value: "title", label: t("sortTitle") },
        ]}
      />
    </search>
  );
}

/** The choices with the one that the address names, which may be a rare language. */
function withChosen(choices: LanguageChoice[], tag?: string): LanguageChoice[] {
  if (!tag || choices.some(({ value }) => value === tag)) return choices;
  return [{ value: tag, label: languageName(tag) }, ...choices];
}

interface PieceRowProps {
  piece: PieceSummary;
  isChosen: boolean;
  onPick?: (shift: boolean) => void;
}

function PieceRow({ piece, isChosen, onPick }: PieceRowProps) {
  return (
    <tr className={classes.row} data-chosen={isChosen || undefined}>
      {onPick && (
        <td className={classes.check}>
          <Checkbox
            size="xs"
            aria-label={bulk("select", { title: piece.title || t("pieceWithoutTitle", { id: piece.id }) })}
            checked={isChosen}
            onChange={() => {}}
            onClick={(event) => onPick(event.shiftKey)}
          />
        </td>
      )}
      <td>
        <Link
          to="/pieces/$pieceId"
          params={{ pieceId: String(piece.id) }}
          className={classes.title}
          data-row={piece.id}
          data-untitled={!piece.title || undefined}
        >
          {piece.title || t("untitled")}
        </Link>
        {piece.kind !== "post" && <span className={classes.kind}>{kinds(piece.kind)}</span>}
        {piece.language && (
          <span className={classes.kind} title={languageName(piece.language)}>
            {piece.language}
          </span>
        )}
        {piece.tags.length > 0 && (
          <span className={classes.tags}>{piece.tags.map((tag) => tag.name).join(", ")}</span>
        )}
      </td>
      <td>
        <Status state={piece.status} />
        {piece.status === "published" && piece.has_unpublished_changes && (
          <span className={classes.note}>{t("unpublishedChanges")}</span>
        )}
      </td>
      <td className={classes.when}>{whenOf(piece)}</td>
      <td className={classes.wide}>{piece.authors.map((author) => author.name).join(", ")}</td>
    </tr>
  );
}

function whenOf(piece: PieceSummary): string {
  if (piece.status === "scheduled" && piece.publish_instant) {
    return formatDateTime(piece.publish_instant, piece.publish_zone ?? undefined);
  }
  if (piece.status === "published" && piece.published_at) return formatDate(piece.published_at);
  return piece.planned_for ?? t("changed", { when: formatDateTime(piece.updated_at) });
}

/** j and k walk over the rows, x chooses one, Shift x all up to it; Enter is the link's own. */
function useRowKeys(
  list: React.RefObject<HTMLElement | null>,
  { pick, clear }: { pick: (id: number, shift: boolean) => void; clear: () => void },
) {
  function pickHere(shift: boolean) {
    const id = Number((document.activeElement as HTMLElement | null)?.dataset.row);
    if (id > 0) pick(id, shift);
  }
  function move(step: number) {
    const rows = [...(list.current?.querySelectorAll<HTMLElement>("[data-row]") ?? [])];
    const here = rows.indexOf(document.activeElement as HTMLElement);
    rows[here < 0 ? (step > 0 ? 0 : rows.length - 1) : Math.min(Math.max(here + step, 0), rows.length - 1)]?.focus();
  }
  useHotkeys([
    ["j", () => move(1)],
    ["k", () => move(-1)],
    ["x", () => pickHere(false)],
    ["shift+x", () => pickHere(true)],
    ["Escape", clear],
  ]);
}
