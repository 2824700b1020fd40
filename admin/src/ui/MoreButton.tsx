import { Button } from "@mantine/core";

import type { List } from "@/api/useList";
import { t } from "@/ui/strings";

/** The next page of a list, if there is one. */
export function MoreButton({ list }: { list: Pick<List<unknown>, "hasMore" | "isLoadingMore" | "loadMore"> }) {
  if (!list.hasMore) return null;
  return (
    <Button variant="outline" color="ink" mt="md" loading={list.isLoadingMore} onClick={list.loadMore}>
      {t("loadMore")}
    </Button>
  );
}
