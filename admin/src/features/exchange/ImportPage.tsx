import { Button, NativeSelect, Progress } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useState } from "react";

import { queries } from "@/api/queries";
import type { ImportRow, ImportRun } from "@/api/types";
import { useList } from "@/api/useList";
import { formatNumber } from "@/ui/format";
import { MoreButton } from "@/ui/MoreButton";
import { Page, Section } from "@/ui/Page";
import { RecordTable } from "@/ui/RecordTable";
import { EmptyState, ErrorState, FormError, Rows } from "@/ui/States";
import { Status } from "@/ui/Status";

import classes from "./Exchange.module.css";
import { keptFiles } from "./kept";
import { t } from "./strings";
import { useStart } from "./useStart";

const route = getRouteApi("/shell/imports/$runId");
const OUTCOMES = ["taken", "changed", "unchanged", "skipped"] as const;

export function ImportPage() {
  const id = Number(route.useParams().runId);
  const run = useQuery(queries.importRun(id));
  return (
    <Page title={run.data?.name ?? t("imports")} lead={<Link to="/imports">{t("back")}</Link>}>
      {run.isPending && <Rows />}
      {run.isError && <ErrorState error={run.error} onRetry={() => void run.refetch()} />}
      {run.data && (
        <>
          <Progressing run={run.data} />
          {run.data.state === "done" && run.data.dry_run && <DoIt id={id} />}
          <Report run={run.data} eyed={run.data.rows} />
        </>
      )}
    </Page>
  );
}

function Progressing({ run }: { run: ImportRun }) {
  const isOpen = run.state === "waiting" || run.state === "running";
  const word = run.phase === "importing" ? t("importing") : run.phase ? t("reading") : t("waiting");
  return (
    <>
      <p className={classes.state}>
        <Status state={run.state} />
        <span>
          {t(run.format)}
          {run.dry_run && `, ${t("dryRun")}`}
        </span>
      </p>
      {isOpen && (
        <div className={classes.progress}>
          <span>{word}</span>
          <Progress value={run.total ? (100 * run.done) / run.total : 0} aria-label={word} />
        </div>
      )}
      {run.error && (
        <p className={classes.failure} role="alert">
          <strong>{t("failedTitle")}</strong> {run.error}
        </p>
      )}
      <dl className={classes.counts}>
        {[...OUTCOMES, "warnings" as const].map((name) => (
          <div key={name}>
            <dt>{t(name)}</dt>
            <dd>{formatNumber(run.counts[name] ?? 0)}</dd>
          </div>
        ))}
      </dl>
      {run.notes.length > 0 && (
        <Section title={t("notes")}>
          <ul>
            {run.notes.map((note) => (
              <li key={note}>{note}</li>
            ))}
          </ul>
        </Section>
      )}
    </>
  );
}

function DoIt({ id }: { id: number }) {
  const kept = keptFiles.get(id);
  const { start } = useStart();
  return (
    <div className={classes.dry}>
      <span>{t("dryDone")}</span>
      {kept && (
        <Button
          loading={start.isPending}
          onClick={() => start.mutate({ ...kept, options: { ...kept.options, dry_run: false } })}
        >
          {t("doIt")}
        </Button>
      )}
      <FormError error={start.error} />
    </div>
  );
}

function Report({ run, eyed }: { run: ImportRun; eyed: ImportRow[] }) {
  const [show, setShow] = useState("all");
  const outcome = OUTCOMES.find((name) => name === show);
  const list = useList(queries.importRows(run.id, run.state, outcome), { enabled: show !== "attention" });
  const rows = show === "attention" ? eyed : list.items;
  const isReady = show === "attention" || list.isSuccess;
  return (
    <Section
      title={t("report")}
      actions={
        <NativeSelect
          aria-label={t("filter")}
          value={show}
          onChange={(event) => setShow(event.currentTarget.value)}
          data={[
            { value: "all", label: t("all") },
            { value: "attention", label: t("attention") },
            ...OUTCOMES.map((name) => ({ value: name, label: t(name) })),
          ]}
        />
      }
    >
      {!isReady && !list.isError && <Rows />}
      {show !== "attention" && list.isError && <ErrorState error={list.error} onRetry={list.refetch} />}
      {isReady && rows.length === 0 && <EmptyState>{run.finished_at ? t("noRows") : t("soon")}</EmptyState>}
      {rows.length > 0 && <ReportTable rows={rows} />}
      {show !== "attention" && <MoreButton list={list} />}
    </Section>
  );
}

function ReportTable({ rows }: { rows: ImportRow[] }) {
  return (
    // Nothing in it takes the focus: on a phone, the keyboard scrolls the region itself.
    <RecordTable
      label={t("report")}
      rows={rows}
      keyOf={(_, index) => index}
      columns={[
        { head: t("item"), cell: (row) => row.item || row.file },
        { head: t("outcome"), cell: (row) => t(row.outcome) },
        { head: t("why"), cell: (row) => [row.reason, ...(row.warnings ?? [])].filter(Boolean).join(" · ") || "–" },
        { head: t("place"), cell: (row) => `${row.file}${row.line ? `, ${t("line", { line: row.line })}` : ""}` },
      ]}
    />
  );
}
