import { Button, Modal } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useState } from "react";

import { queries } from "@/api/queries";
import { useMay } from "@/api/session";
import { useList } from "@/api/useList";
import { formatDateTime } from "@/ui/format";
import { Ledger, LedgerLine } from "@/ui/Ledger";
import { MoreButton } from "@/ui/MoreButton";
import { Page } from "@/ui/Page";
import { EmptyState, ErrorState, Rows } from "@/ui/States";
import { Status } from "@/ui/Status";

import { ImportForm } from "./ImportForm";
import { t } from "./strings";

export function ImportsPage() {
  const runs = useList(queries.imports());
  const mayImport = useMay("review");
  const [isStarting, setStarting] = useState(false);
  const startButton = mayImport && (
    <Button leftSection={<IconPlus size={16} />} onClick={() => setStarting(true)}>
      {t("start")}
    </Button>
  );
  return (
    <Page title={t("imports")} lead={t("lead")} actions={runs.items.length > 0 && startButton}>
      {runs.isPending && <Rows count={3} />}
      {runs.isError && <ErrorState error={runs.error} onRetry={runs.refetch} />}
      {runs.isSuccess && runs.items.length === 0 && <EmptyState action={startButton}>{t("none")}</EmptyState>}
      {runs.items.length > 0 && (
        <Ledger label={t("imports")}>
          {runs.items.map((run) => (
            <LedgerLine
              key={run.id}
              name={
                <Link to="/imports/$runId" params={{ runId: String(run.id) }} style={{ color: "inherit" }}>
                  {run.name}
                </Link>
              }
              note={`${t(run.format)}${run.dry_run ? `, ${t("dryRun")}` : ""} · ${t("startedBy", {
                when: formatDateTime(run.created_at),
                name: run.created_by_name,
              })}`}
              side={<Status state={run.state} />}
            />
          ))}
        </Ledger>
      )}
      <MoreButton list={runs} />
      <Modal opened={isStarting} onClose={() => setStarting(false)} title={t("start")}>
        <ImportForm />
      </Modal>
    </Page>
  );
}
