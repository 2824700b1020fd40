import { Button } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";

import { queries } from "@/api/queries";
import { formatDateTime } from "@/ui/format";
import { RecordTable } from "@/ui/RecordTable";
import { EmptyState, ErrorState, Rows } from "@/ui/States";
import { t as ui } from "@/ui/strings";

import { t } from "./strings";

export function AuditPage() {
  const audit = useInfiniteQuery(queries.audit());
  if (audit.isPending) return <Rows />;
  if (audit.isError) return <ErrorState error={audit.error} onRetry={() => void audit.refetch()} />;
  const entries = audit.data.pages.flatMap((page) => page.items);
  if (entries.length === 0) return <EmptyState>{t("noAudit")}</EmptyState>;
  return (
    <>
      <RecordTable
        label={t("audit")}
        rows={entries}
        keyOf={(entry) => entry.id}
        columns={[
          { head: t("did"), cell: (entry) => entry.action.replaceAll(/[._]/g, " ") },
          { head: t("what"), cell: (entry) => entry.subject.replace(":", " ") },
          { head: t("who"), cell: (entry) => entry.actor_name },
          { head: t("when"), cell: (entry) => <time dateTime={entry.at}>{formatDateTime(entry.at)}</time> },
        ]}
      />
      {audit.hasNextPage && (
        <Button
          variant="outline"
          color="ink"
          mt="md"
          loading={audit.isFetchingNextPage}
          onClick={() => void audit.fetchNextPage()}
        >
          {ui("loadMore")}
        </Button>
      )}
    </>
  );
}
