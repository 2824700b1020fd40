import { Button, Group, Modal, Progress, Radio, Stack } from "@mantine/core";
import { IconDownload, IconPlus, IconTrash, IconX } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { api } from "@/api/client";
import { queries } from "@/api/queries";
import type { ExportRun } from "@/api/types";
import { useList } from "@/api/useList";
import { ConfirmDialog } from "@/ui/ConfirmDialog";
import { Disclosure } from "@/ui/Disclosure";
import { formatDate, formatDateTime, formatSize } from "@/ui/format";
import { IconButton } from "@/ui/IconButton";
import { Ledger, LedgerLine } from "@/ui/Ledger";
import { MoreButton } from "@/ui/MoreButton";
import { Page } from "@/ui/Page";
import { EmptyState, ErrorState, FormError, Rows } from "@/ui/States";
import { Status } from "@/ui/Status";

import classes from "./Exchange.module.css";
import { t } from "./strings";

type Format = ExportRun["format"];

const FORMATS = [
  { format: "markdown", purpose: "markdownFor" },
  { format: "json", purpose: "jsonFor" },
  { format: "wxr", purpose: "wxrFor" },
] as const;

export function ExportsPage() {
  const runs = useList(queries.exports());
  const [isStarting, setStarting] = useState(false);
  const [leaving, setLeaving] = useState<ExportRun | null>(null);
  const startButton = (
    <Button leftSection={<IconPlus size={16} />} onClick={() => setStarting(true)}>
      {t("takeOut")}
    </Button>
  );
  return (
    <Page title={t("exports")} lead={t("exportsLead")} actions={runs.items.length > 0 && startButton}>
      {runs.isPending && <Rows count={3} />}
      {runs.isError && <ErrorState error={runs.error} onRetry={runs.refetch} />}
      {runs.isSuccess && runs.items.length === 0 && <EmptyState action={startButton}>{t("noExports")}</EmptyState>}
      {runs.items.length > 0 && (
        <Ledger label={t("exports")}>
          {runs.items.map((run) => (
            <ExportLine key={run.id} run={run} onDelete={() => setLeaving(run)} />
          ))}
        </Ledger>
      )}
      <MoreButton list={runs} />
      <Modal opened={isStarting} onClose={() => setStarting(false)} title={t("takeOut")}>
        <ExportForm onDone={() => setStarting(false)} />
      </Modal>
      {leaving && <DeleteDialog run={leaving} onClose={() => setLeaving(null)} />}
    </Page>
  );
}

function ExportLine({ run, onDelete }: { run: ExportRun; onDelete: () => void }) {
  const isOpen = run.state === "waiting" || run.state === "running";
  const name = run.name || t(run.format);
  return (
    <LedgerLine
      name={t(run.format)}
      note={<ExportNote run={run} />}
      side={
        <>
          {run.state === "running" && (
            <Progress
              w={120}
              value={run.total ? (100 * run.done) / run.total : 0}
              aria-label={t("exporting", { name })}
            />
          )}
          <Status state={run.state} />
          {run.state === "done" && (
            <Button
              component="a"
              href={`/api/v1/exports/${run.id}/file`}
              download
              variant="outline"
              color="ink"
              size="xs"
              leftSection={<IconDownload size={15} aria-hidden />}
              aria-label={t("downloadOf", { name })}
            >
              {t("download")}
            </Button>
          )}
          <IconButton
            label={t(isOpen ? "stopExport" : "removeExport", { name })}
            icon={isOpen ? IconX : IconTrash}
            onClick={onDelete}
          />
        </>
      }
    />
  );
}

function ExportNote({ run }: { run: ExportRun }) {
  const facts = [
    t("startedBy", { when: formatDateTime(run.created_at), name: run.created_by_name }),
    run.state === "done" && formatSize(run.size),
    run.state === "done" && run.expires_at && t("stays", { when: formatDate(run.expires_at) }),
    run.error && t("exportFailed", { error: run.error }),
  ];
  return (
    <>
      {facts.filter(Boolean).join(" · ")}
      {run.notes.length > 0 && (
        <Disclosure title={t("notes")}>
          <ul className={classes.remarks}>
            {run.notes.map((note, index) => (
              <li key={index}>{note}</li>
            ))}
          </ul>
        </Disclosure>
      )}
    </>
  );
}

function ExportForm({ onDone }: { onDone: () => void }) {
  const client = useQueryClient();
  const [format, setFormat] = useState<Format>("markdown");
  const start = useMutation({
    mutationFn: () => api.startExport({ format }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["exports"] });
      onDone();
    },
  });
  return (
    <Stack gap="md">
      <Radio.Group label={t("exportFormat")} value={format} onChange={(chosen) => setFormat(chosen as Format)}>
        <Stack gap="xs" mt="xs">
          {FORMATS.map((one) => (
            <Radio key={one.format} value={one.format} label={t(one.format)} description={t(one.purpose)} />
          ))}
        </Stack>
      </Radio.Group>
      <span className="quiet">{t("sensitive")}</span>
      <FormError error={start.error} />
      <Group>
        <Button onClick={() => start.mutate()} loading={start.isPending}>
          {t("startExport")}
        </Button>
      </Group>
    </Stack>
  );
}

function DeleteDialog({ run, onClose }: { run: ExportRun; onClose: () => void }) {
  const client = useQueryClient();
  const remove = useMutation({
    mutationFn: () => api.deleteExport(run.id),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["exports"] });
      onClose();
    },
  });
  return (
    <ConfirmDialog
      opened
      title={t("removeTitle")}
      action={t("remove")}
      isPending={remove.isPending}
      error={remove.error}
      onConfirm={() => remove.mutate()}
      onClose={onClose}
    >
      {t("removeLead")}
    </ConfirmDialog>
  );
}
