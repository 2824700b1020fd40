import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";

import type { ListOptions } from "@/api/queries";

/** So that a selector of ten thousand things ends; whoever has more searches for them. */
const MOST_PAGES = 20;

export interface List<T> {
  items: T[];
  isPending: boolean;
  isSuccess: boolean;
  isError: boolean;
  error: Error | null;
  refetch: () => void;
  hasMore: boolean;
  isLoadingMore: boolean;
  loadMore: () => void;
}

/** A list of the server by its pages: one at a time as somebody asks, or `all` for a selector; `keep` shows the last one until this is there. */
export function useList<T>(
  { queryKey, read, staleTime, follow }: ListOptions<T>,
  { all = false, enabled = true, keep = false }: { all?: boolean; enabled?: boolean; keep?: boolean } = {},
): List<T> {
  const query = useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam }) => read({ cursor: pageParam || undefined }),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor,
    staleTime,
    enabled,
    placeholderData: keep ? keepPreviousData : undefined,
    refetchInterval: follow && ((current) => follow(current.state.data?.pages.flatMap((page) => page.items) ?? [])),
  });
  const { data, hasNextPage, isFetchingNextPage, isError, fetchNextPage } = query;
  const pages = data?.pages.length ?? 0;
  const wantsMore = all && enabled && hasNextPage && !isFetchingNextPage && !isError && pages < MOST_PAGES;
  useEffect(() => {
    if (wantsMore) void fetchNextPage();
  }, [wantsMore, pages, fetchNextPage]);
  const items = useMemo(() => data?.pages.flatMap((page) => page.items) ?? [], [data]);
  return {
    items,
    isPending: query.isPending,
    isSuccess: query.isSuccess,
    isError: isError && !data,
    error: query.error,
    refetch: () => void query.refetch(),
    hasMore: hasNextPage,
    isLoadingMore: isFetchingNextPage,
    loadMore: () => void fetchNextPage(),
  };
}
