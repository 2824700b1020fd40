import { Button, Table } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";

import { queries } from "@/api/queries";
import { formatDateTime } from "@/ui/format";
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
      <Table.ScrollContainer minWidth={560}>
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t("when")}</Table.Th>
              <Table.Th>{t("who")}</Table.Th>
              <Table.Th>{t("did")}</Table.Th>
              <Table.Th>{t("what")}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {entries.map((entry) => (
              <Table.Tr key={entry.id}>
                <Table.Td style={{ whiteSpace: "nowrap" }}>
                  <time dateTime={entry.at}>{formatDateTime(entry.at)}</time>
                </Table.Td>
                <Table.Td>{entry.actor_name}</Table.Td>
                <Table.Td>{entry.action.replaceAll(/[._]/g, " ")}</Table.Td>
                <Table.Td className="quiet">{entry.subject.replace(":", " ")}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
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
