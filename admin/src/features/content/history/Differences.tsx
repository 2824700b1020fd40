import { UnstyledButton } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { IconFold } from "@tabler/icons-react";
import { Fragment, useMemo, useState } from "react";

import type { FieldDifference, Run } from "@/api/types";

import classes from "./History.module.css";
import { countChanges, foldRows, rowsOf, sideOf, type Row } from "./runs";
import { t } from "./strings";

/** What changed, field by field: side by side where there is room, else in one text. */
export function Differences({ fields, names }: { fields: FieldDifference[]; names: [string, string] }) {
  const isNarrow = useMediaQuery("(max-width: 62em)") ?? false;
  const changed = fields.filter((field) => field.is_changed);
  if (changed.length === 0) return <p className="quiet">{t("noDifference")}</p>;
  return changed.map((field) => <Field key={field.field} difference={field} names={names} inline={isNarrow} />);
}

function Field({ difference, names, inline }: { difference: FieldDifference; names: [string, string]; inline: boolean }) {
  const [open, setOpen] = useState<ReadonlySet<number>>(new Set());
  const stretches = useMemo(() => foldRows(rowsOf(difference.runs)), [difference]);
  const { added, removed } = countChanges(difference.runs);
  const name = fieldWord(difference.field);
  return (
    <section className={classes.field} aria-label={t("changes", { name })}>
      <div className={classes.fieldHead}>
        <h3>{name}</h3>
        <span className={classes.counts}>
          {t("addedWords", { count: added })} · {t("removedWords", { count: removed })}
          {difference.grain === "line" && <> · {t("byLine")}</>}
        </span>
      </div>
      <div className={classes.text}>
        {!inline && (
          <div className={classes.sides}>
            <div className={classes.sideName}>{names[0]}</div>
            <div className={classes.sideName}>{names[1]}</div>
          </div>
        )}
        {stretches.map((stretch, index) =>
          stretch.kind === "fold" && !open.has(index) ? (
            <UnstyledButton
              key={index}
              className={classes.fold}
              onClick={() => setOpen(new Set([...open, index]))}
            >
              <IconFold size={13} stroke={1.75} aria-hidden style={{ verticalAlign: -2, marginInlineEnd: 6 }} />
              {t("folded", { count: stretch.rows.length })}
            </UnstyledButton>
          ) : (
            <Fragment key={index}>
              {stretch.rows.map((row, place) => (inline ? <Inline key={place} row={row} /> : <Sides key={place} row={row} />))}
            </Fragment>
          ),
        )}
      </div>
    </section>
  );
}

function Sides({ row }: { row: Row }) {
  return (
    <div className={classes.sides}>
      <div className={classes.side}>
        <Runs runs={sideOf(row, "old")} />
      </div>
      <div className={classes.side}>
        <Runs runs={sideOf(row, "new")} />
      </div>
    </div>
  );
}

function Inline({ row }: { row: Row }) {
  return (
    <div className={classes.inline}>
      <Runs runs={row.runs} />
    </div>
  );
}

/** Deletions and insertions differ by element, line and colour: one of them is always perceived. */
function Runs({ runs }: { runs: Run[] }) {
  return runs.map((run, index) => {
    // The last line end belongs to the row itself.
    const text = index === runs.length - 1 ? run.text.replace(/\n$/, "") : run.text;
    if (run.op === "insert") return <ins key={index}>{text || "¶"}</ins>;
    if (run.op === "delete") return <del key={index}>{text || "¶"}</del>;
    return <span key={index}>{text}</span>;
  });
}

export function fieldWord(field: string): string {
  const word = t(field as Parameters<typeof t>[0]);
  return word || field;
}
