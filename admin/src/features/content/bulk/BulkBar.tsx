import { Button, Group, Menu, Modal, MultiSelect, NativeSelect, Stack, TagsInput } from "@mantine/core";
import { IconChevronDown, IconTrash, IconX } from "@tabler/icons-react";
import { useState, type ReactNode } from "react";

import { queries } from "@/api/queries";
import { useMay } from "@/api/session";
import type { BulkAction, PieceStatus, PieceSummary } from "@/api/types";
import { useList } from "@/api/useList";
import { IconButton } from "@/ui/IconButton";
import { Ledger, LedgerLine } from "@/ui/Ledger";
import { FormError } from "@/ui/States";
import { statusWord } from "@/ui/Status";
import { t as ui } from "@/ui/strings";

import classes from "./Bulk.module.css";
import { t } from "./strings";
import { useBulk } from "./useBulk";

type Asked =
  | { kind: "addTags" | "removeTags" | "setCampaign" | "setSeries" | "setAuthors" | "delete" }
  | { kind: "move"; to: PieceStatus };

interface BulkBarProps {
  pieces: PieceSummary[];
  ids: number[];
  onClear: () => void;
}

/** What can be done with all chosen pieces at once. */
export function BulkBar({ pieces, ids, onClear }: BulkBarProps) {
  const mayReview = useMay("review");
  const [asked, setAsked] = useState<Asked | null>(null);
  const { bulk, failed, forget } = useBulk({
    onDone: () => {
      setAsked(null);
      onClear();
    },
  });
  const ask = (next: Asked) => {
    bulk.reset();
    setAsked(next);
  };
  const places: PieceStatus[] = mayReview
    ? ["draft", "in_review", "approved", "published", "archived"]
    : ["draft", "in_review", "archived"];

  return (
    <>
      {ids.length > 0 && (
        <div className={classes.bar} role="toolbar" aria-label={t("bar")}>
          <strong className={classes.count} role="status">
            {t("selected", { count: ids.length })}
          </strong>
          <Button size="xs" variant="outline" color="ink" onClick={() => ask({ kind: "addTags" })}>
            {t("addTags")}
          </Button>
          <Menu position="top-start" width={200}>
            <Menu.Target>
              <Button size="xs" variant="outline" color="ink" rightSection={<IconChevronDown size={14} />}>
                {t("move")}
              </Button>
            </Menu.Target>
            <Menu.Dropdown>
              {places.map((to) => (
                <Menu.Item key={to} onClick={() => ask({ kind: "move", to })}>
                  {statusWord(to)}
                </Menu.Item>
              ))}
            </Menu.Dropdown>
          </Menu>
          <Menu position="top-start" width={200}>
            <Menu.Target>
              <Button size="xs" variant="outline" color="ink" rightSection={<IconChevronDown size={14} />}>
                {t("more")}
              </Button>
            </Menu.Target>
            <Menu.Dropdown>
              {(["removeTags", "setSeries", "setCampaign", "setAuthors"] as const).map((kind) => (
                <Menu.Item key={kind} onClick={() => ask({ kind })}>
                  {t(kind)}
                </Menu.Item>
              ))}
              <Menu.Divider />
              <Menu.Item leftSection={<IconTrash size={15} stroke={1.5} />} onClick={() => ask({ kind: "delete" })}>
                {t("remove")}
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
          <IconButton label={`${t("clear")} (Esc)`} icon={IconX} onClick={onClear} />
        </div>
      )}
      <Modal opened={asked !== null} onClose={() => setAsked(null)} title={asked && titleOf(asked, ids.length)}>
        {asked && (
          <Question
            asked={asked}
            error={bulk.error}
            isPending={bulk.isPending}
            onAnswer={(action) => bulk.mutate({ ids, action })}
            onClose={() => setAsked(null)}
          />
        )}
      </Modal>
      <Modal opened={failed.length > 0} onClose={forget} title={t("failedTitle", { count: failed.length })}>
        <Ledger label={t("failedTitle", { count: failed.length })}>
          {failed.map(({ id, detail }) => (
            <LedgerLine
              key={id}
              name={pieces.find((piece) => piece.id === id)?.title || t("piece", { id })}
              note={detail}
            />
          ))}
        </Ledger>
        <Button mt="md" onClick={forget} data-autofocus>
          {t("ok")}
        </Button>
      </Modal>
    </>
  );
}

function titleOf(asked: Asked, count: number): string {
  switch (asked.kind) {
    case "addTags":
      return t("titleAddTags", { count });
    case "removeTags":
      return t("titleRemoveTags", { count });
    case "setCampaign":
      return t("titleSetCampaign", { count });
    case "setSeries":
      return t("titleSetSeries", { count });
    case "setAuthors":
      return t("titleSetAuthors", { count });
    case "move":
      return t("titleMove", { count, status: statusWord(asked.to).toLowerCase() });
    case "delete":
      return t("titleDelete", { count });
  }
}

interface QuestionProps {
  asked: Asked;
  error: Error | null;
  isPending: boolean;
  onAnswer: (action: BulkAction) => void;
  onClose: () => void;
}

function Question({ asked, error, isPending, onAnswer, onClose }: QuestionProps) {
  const tags = useList(queries.tags(), { all: true, enabled: asked.kind === "addTags" || asked.kind === "removeTags" });
  const campaigns = useList(queries.campaigns(), { all: true, enabled: asked.kind === "setCampaign" });
  const series = useList(queries.series(), { all: true, enabled: asked.kind === "setSeries" });
  const authors = useList(queries.authors(), { all: true, enabled: asked.kind === "setAuthors" });
  const [names, setNames] = useState<string[]>([]);
  const [campaign, setCampaign] = useState("");
  const [line, setLine] = useState("");
  const [signers, setSigners] = useState<string[]>([]);

  let inside: ReactNode;
  let action: BulkAction | null;
  switch (asked.kind) {
    case "addTags":
    case "removeTags":
      action = names.length > 0 ? { type: asked.kind === "addTags" ? "add_tags" : "remove_tags", tags: names } : null;
      inside = (
        <TagsInput
          label={t("tags")}
          data={tags.items.map(({ name }) => name)}
          value={names}
          onChange={setNames}
          acceptValueOnBlur
          data-autofocus
        />
      );
      break;
    case "setCampaign":
      action = { type: "set_campaign", campaign_id: Number(campaign) || null };
      inside = (
        <NativeSelect
          label={t("campaign")}
          value={campaign}
          onChange={(event) => setCampaign(event.currentTarget.value)}
          data={[
            { value: "", label: t("noCampaign") },
            ...campaigns.items.map(({ id, name }) => ({ value: String(id), label: name })),
          ]}
          data-autofocus
        />
      );
      break;
    case "setSeries":
      action = { type: "set_series", series_id: Number(line) || null };
      inside = (
        <NativeSelect
          label={t("series")}
          value={line}
          onChange={(event) => setLine(event.currentTarget.value)}
          data={[
            { value: "", label: t("noSeries") },
            ...series.items.map(({ id, title }) => ({ value: String(id), label: title })),
          ]}
          data-autofocus
        />
      );
      break;
    case "setAuthors":
      action = signers.length > 0 ? { type: "set_authors", author_ids: signers.map(Number) } : null;
      inside = (
        <MultiSelect
          label={t("authors")}
          searchable
          value={signers}
          onChange={setSigners}
          data={authors.items.map(({ id, name }) => ({ value: String(id), label: name }))}
          data-autofocus
        />
      );
      break;
    case "move":
      action = { type: "transition", to: asked.to };
      inside = <p style={{ margin: 0 }}>{t(asked.to === "published" ? "publishLead" : "moveLead")}</p>;
      break;
    case "delete":
      action = { type: "delete" };
      inside = <p style={{ margin: 0 }}>{t("deleteLead")}</p>;
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (action) onAnswer(action);
      }}
    >
      <Stack gap="md">
        {inside}
        <FormError error={error} />
        <Group gap="xs">
          <Button type="submit" loading={isPending} disabled={!action}>
            {asked.kind === "delete" ? t("deleteDo") : asked.kind === "move" ? t("moveDo") : t("apply")}
          </Button>
          <Button variant="subtle" onClick={onClose}>
            {ui("cancel")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
