import { Button, Group, Modal, Stack } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";

import { api } from "@/api/client";
import { queries } from "@/api/queries";
import { formatSize } from "@/ui/format";
import { Ledger, LedgerLine } from "@/ui/Ledger";
import { ErrorState, FormError, Rows } from "@/ui/States";
import { t as ui } from "@/ui/strings";

import classes from "./Media.module.css";
import { t } from "./strings";

/** What one look shows of a list that may be long. */
const SHOWN = 20;

interface OrphansDialogProps {
  opened: boolean;
  onClose: () => void;
}

/** Whether the stored files and the library say the same. */
export function OrphansDialog({ opened, onClose }: OrphansDialogProps) {
  return (
    <Modal opened={opened} onClose={onClose} title={t("orphans")} size="lg">
      {opened && <Place />}
      {opened && <Report onClose={onClose} />}
    </Modal>
  );
}

/** Where the files are kept: of a bucket its name and its service, never a key. */
function Place() {
  const storage = useQuery(queries.mediaStorage());
  if (!storage.isSuccess) return null;
  const { kind, place, endpoint } = storage.data;
  return (
    <p className="quiet" style={{ marginTop: 0 }}>
      {t(kind === "folder" ? "keptInFolder" : "keptInBucket")} <span className={classes.path}>{place}</span>
      {endpoint && <> ({endpoint})</>}
    </p>
  );
}

function Report({ onClose }: { onClose: () => void }) {
  const client = useQueryClient();
  const report = useQuery(queries.orphans());
  const drop = useMutation({
    mutationFn: api.dropOrphans,
    onSuccess: (left) => {
      client.setQueryData(queries.orphans().queryKey, left);
      notifications.show({ message: t("orphansDropped", { count: left.deleted ?? 0 }), color: "moss" });
    },
  });
  if (report.isPending) return <Rows count={4} />;
  if (report.isError) return <ErrorState error={report.error} onRetry={() => void report.refetch()} />;
  const found = report.data;
  const strays = found.files_without_row;
  return (
    <Stack gap="lg">
      <Part
        title={found.count_rows_without_file ? t("missing", { count: found.count_rows_without_file }) : t("missingNone")}
        lead={found.count_rows_without_file ? t("missingLead") : undefined}
        count={found.count_rows_without_file}
        lines={found.rows_without_file.slice(0, SHOWN).map((media) => ({
          key: media.id,
          name: (
            <Link to="/media" search={{ file: media.id }} onClick={onClose}>
              {media.name}
            </Link>
          ),
          note: media.url,
        }))}
      />
      <Part
        title={found.count_files_without_row ? t("strays", { count: found.count_files_without_row }) : t("straysNone")}
        lead={
          found.count_files_without_row
            ? t("straysLead", { size: formatSize(found.bytes_without_row) })
            : undefined
        }
        count={found.count_files_without_row}
        lines={strays.slice(0, SHOWN).map((file) => ({
          key: file.name,
          name: <span className={classes.path}>{file.name}</span>,
          note: formatSize(file.size_bytes),
        }))}
      >
        {strays.length > 0 && (
          <Group mt="sm">
            <Button variant="outline" color="vermilion" loading={drop.isPending} onClick={() => drop.mutate()}>
              {t("dropStrays")}
            </Button>
          </Group>
        )}
        <FormError error={drop.error} />
      </Part>
      <Part title={found.count_unused ? t("unusedCount", { count: found.count_unused }) : t("unusedNone")} count={0} lines={[]}>
        {found.count_unused > 0 && (
          <p className={classes.orphanLead}>
            {t("unusedLead")}{" "}
            <Link to="/media" search={{ unused: true }} onClick={onClose}>
              {t("showUnused")}
            </Link>
          </p>
        )}
      </Part>
      <Group>
        <Button onClick={onClose} data-autofocus>
          {ui("close")}
        </Button>
      </Group>
    </Stack>
  );
}

interface PartProps {
  title: string;
  lead?: string;
  /** How many there are in all. */
  count: number;
  lines: { key: string | number; name: ReactNode; note?: string }[];
  children?: ReactNode;
}

function Part({ title, lead, count, lines, children }: PartProps) {
  return (
    <section aria-label={title}>
      <h3 className={classes.orphanTitle}>{title}</h3>
      {lead && <p className={classes.orphanLead}>{lead}</p>}
      {lines.length > 0 && (
        <Ledger label={title}>
          {lines.map(({ key, name, note }) => (
            <LedgerLine key={key} name={name} note={note} />
          ))}
        </Ledger>
      )}
      {count > lines.length && lines.length > 0 && (
        <p className={classes.orphanLead}>{t("andMore", { count: count - lines.length })}</p>
      )}
      {children}
    </section>
  );
}
