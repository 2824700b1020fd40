import { Button, Group, Modal, Radio, Stack, Textarea } from "@mantine/core";
import { useState } from "react";

import type { Piece, PieceChanges } from "@/api/types";
import { t as ui } from "@/ui/strings";

import type { Autosave } from "./autosave";
import { clashesIn, mergedChanges, withPicks, type Clash, type MergeProposal, type Pick } from "./clashes";
import classes from "./ConflictDialog.module.css";
import { compareLines, mergeTexts, type Line } from "./merge";
import { contested, textOf, type Field } from "./pieceText";
import { t } from "./strings";

interface ConflictDialogProps {
  autosave: Autosave;
  current: Piece;
  proposal: MergeProposal | null;
  opened: boolean;
  onClose: () => void;
  onResolve: (changes: PieceChanges) => void;
}

/** Both texts, side by side. Nothing is chosen for the writer, and nothing is lost by closing it. */
export function ConflictDialog({ autosave, current, proposal, opened, onClose, onResolve }: ConflictDialogProps) {
  const [merging, setMerging] = useState(false);
  const theirs = textOf(current);
  const mine = autosave.text;
  const fields = contested(autosave.startedFrom, autosave.mine, theirs);
  const merged = mergeTexts(autosave.startedFrom.body, mine.body, theirs.body, {
    mine: t("mine"),
    theirs: t("theirs"),
  });

  return (
    <Modal
      opened={opened}
      onClose={onClose}
      size={1100}
      title={t("conflictTitle")}
      closeButtonProps={{ "aria-label": ui("close") }}
    >
      <Stack gap="md">
        <p style={{ margin: 0 }}>
          {t("conflictLead", { theirs: current.version, mine: autosave.piece.version })}
        </p>
        {merging ? (
          <Merge
            initial={proposal?.body ?? merged.text}
            clashes={proposal ? clashesIn(proposal, "body") : []}
            onCancel={() => setMerging(false)}
            onSave={(body) =>
              onResolve({ ...(proposal ? mergedChanges(autosave.mine, proposal) : autosave.mine), body })
            }
          />
        ) : (
          <>
            {proposal?.clean && <p style={{ margin: 0 }}>{t("fitsTogether")}</p>}
            {fields.map((field) => (
              <FieldPair key={field} field={field} theirs={theirs[field]} mine={mine[field]} />
            ))}
            <Group gap="xs">
              {proposal?.clean && (
                <Button onClick={() => onResolve(mergedChanges(autosave.mine, proposal))} data-autofocus>
                  {t("keepBoth")}
                </Button>
              )}
              <Button variant="outline" color="ink" onClick={() => onResolve({})}>
                {t("takeTheirs")}
              </Button>
              <Button variant="outline" color="ink" onClick={() => onResolve(autosave.mine)}>
                {t("keepMine")}
              </Button>
              {fields.includes("body") && (
                <Button
                  variant={proposal?.clean ? "outline" : "filled"}
                  color={proposal?.clean ? "ink" : undefined}
                  onClick={() => setMerging(true)}
                >
                  {t("mergeByHand")}
                </Button>
              )}
            </Group>
          </>
        )}
      </Stack>
    </Modal>
  );
}

function FieldPair({ field, theirs, mine }: { field: Field; theirs: unknown; mine: unknown }) {
  const { left, right } = compareLines(asText(theirs), asText(mine));
  return (
    <section className={classes.pair} aria-label={fieldWord(field)}>
      <h3 className={classes.field}>{fieldWord(field)}</h3>
      <Side title={t("theirs")} lines={left} />
      <Side title={t("mine")} lines={right} />
    </section>
  );
}

function Side({ title, lines }: { title: string; lines: Line[] }) {
  const only = lines.filter((line) => line.only).length;
  return (
    <div className={classes.side}>
      <h4>
        {title} <span className="quiet">· {t("removedLines", { count: only })}</span>
      </h4>
      <div className={classes.text} tabIndex={0} role="group" aria-label={title}>
        {lines.map((line, index) =>
          line.only ? (
            <mark key={index} className={classes.only}>
              {line.text || "\u00a0"}
            </mark>
          ) : (
            <span key={index} className={classes.line}>
              {line.text || "\u00a0"}
            </span>
          ),
        )}
      </div>
    </div>
  );
}

function Merge({
  initial,
  clashes,
  onSave,
  onCancel,
}: {
  initial: string;
  /** Where both changed the same words: each can be picked before the text is edited by hand. */
  clashes: Clash[];
  onSave: (body: string) => void;
  onCancel: () => void;
}) {
  const [body, setBody] = useState(initial);
  const [picks, setPicks] = useState<Pick[]>(() => clashes.map(() => "mine"));
  const isTouched = body !== withPicks(initial, clashes, picks);
  const pick = (index: number, side: Pick) => {
    const next = picks.map((one, at) => (at === index ? side : one));
    setPicks(next);
    setBody(withPicks(initial, clashes, next));
  };
  return (
    <>
      {clashes.map((clash, index) => (
        <Radio.Group
          key={index}
          label={t("clash", { number: index + 1, count: clashes.length })}
          value={picks[index] ?? "mine"}
          onChange={(value) => pick(index, value === "theirs" ? "theirs" : "mine")}
        >
          <Stack gap={4} mt={4}>
            {(["mine", "theirs"] as const).map((side) => (
              <Radio
                key={side}
                value={side}
                disabled={isTouched}
                label={t("clashSide", { side: t(side), words: asText(clash[side]) || t("empty") })}
              />
            ))}
          </Stack>
        </Radio.Group>
      ))}
      <Textarea
        label={t("merged")}
        description={t(clashes.length > 0 ? "clashHint" : "mergedHint")}
        value={body}
        onChange={(event) => setBody(event.currentTarget.value)}
        rows={18}
        classNames={{ input: classes.merge }}
        data-autofocus
      />
      <Group gap="xs">
        <Button onClick={() => onSave(body)}>{t("useMerged")}</Button>
        <Button variant="subtle" onClick={onCancel}>
          {ui("cancel")}
        </Button>
      </Group>
    </>
  );
}

function asText(value: unknown): string {
  if (Array.isArray(value)) return value.join("\n");
  if (typeof value === "object" && value !== null) return JSON.stringify(value, null, 2);
  return value === null || value === "" ? t("empty") : String(value);
}

function fieldWord(field: Field): string {
  const words: Record<Field, Parameters<typeof t>[0]> = {
    title: "title",
    body: "bodyLabel",
    slug: "slug",
    excerpt: "excerpt",
    tags: "tags",
    campaign_id: "campaign",
    planned_for: "plannedFor",
    language: "language",
    canonical_url: "canonical",
    source_url: "sourceUrl",
    author_ids: "authors",
    fields: "kindFields",
    cover: "cover",
    meta_title: "metaTitle",
    meta_description: "metaDescription",
    featured: "featured",
    series_id: "series",
    series_position: "seriesPosition",
  };
  return t(words[field]);
}
