/** What the screens read, by one key each: features share the server's state, not each other's code. */

import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";

import { api } from "@/api/client";
import type { ExportRun, FoundQuery, ImportRow, ImportRun, MediaQuery, Page, PageQuery, PieceQuery, PieceSummary, WebhookDelivery } from "@/api/types";

const MANY = 100;
const MOST_IN_SERIES = 1_000;

/** A list of the server, by its pages; `useList` reads it. */
export interface ListOptions<T> {
  queryKey: readonly unknown[];
  read: (page: PageQuery) => Promise<Page<T>>;
  staleTime: number;
  /** How soon to look again, in milliseconds, while these are shown; false: not by itself. */
  follow?: (items: T[]) => number | false;
}

function pagesOf<T>(queryKey: readonly unknown[], read: (page: PageQuery) => Promise<Page<T>>, staleTime = 0): ListOptions<T> {
  return { queryKey, read: (page) => read({ limit: MANY, ...page }), staleTime };
}

/** A list that can be searched; whoever changes one of its things makes `[name]` old, whatever was searched. */
function found<T>(name: string, q: string, read: (page: FoundQuery) => Promise<Page<T>>, staleTime = 0): ListOptions<T> {
  return pagesOf(q ? [name, { q }] : [name], (page) => read({ q: q || undefined, ...page }), staleTime);
}

function isUnderWay(run: Pick<ImportRun, "state">): boolean {
  return run.state === "waiting" || run.state === "running";
}

export const queries = {
  rezoning: (zone: string) =>
    queryOptions({ queryKey: ["rezoning", zone], queryFn: () => api.rezoning(zone), staleTime: 0 }),
  checkKinds: (language: string) =>
    queryOptions({ queryKey: ["check-kinds", language], queryFn: () => api.checkKinds(language), staleTime: Infinity }),
  settings: () => queryOptions({ queryKey: ["settings"], queryFn: () => api.settings() }),
  users: () => queryOptions({ queryKey: ["users"], queryFn: () => api.users() }),
  keys: () => queryOptions({ queryKey: ["keys"], queryFn: () => api.keys() }),
  audit: () =>
    infiniteQueryOptions({
      queryKey: ["audit"],
      queryFn: ({ pageParam }) => api.audit({ cursor: pageParam || undefined, limit: 50 }),
      initialPageParam: "",
      getNextPageParam: (page) => page.next_cursor,
    }),
  pieces: (filter: PieceQuery) =>
    infiniteQueryOptions({
      queryKey: ["pieces", filter],
      queryFn: ({ pageParam }) => api.pieces({ ...filter, cursor: pageParam || undefined }),
      initialPageParam: "",
      getNextPageParam: (page) => page.next_cursor,
    }),
  /** All pieces of a series, whatever their state. */
  inSeries: (series: string) =>
    queryOptions({
      queryKey: ["in-series", series],
      queryFn: async () => {
        const found: PieceSummary[] = [];
        let cursor: string | undefined;
        do {
          const page = await api.pieces({ series, sort: "id", limit: 100, cursor });
          found.push(...page.items);
          cursor = page.next_cursor ?? undefined;
        } while (cursor && found.length < MOST_IN_SERIES);
        return found;
      },
      staleTime: 0,
      refetchOnWindowFocus: false,
    }),
  piece: (id: number) => queryOptions({ queryKey: ["piece", id], queryFn: () => api.piece(id) }),
  tags: (q = "") => found("tags", q, api.tags, 60_000),
  authors: (q = "") => found("authors", q, api.authors, 60_000),
  revisions: (pieceId: number) => pagesOf(["piece", pieceId, "revisions"], (page) => api.revisions(pieceId, page)),
  comparison: (pieceId: number, from: number, to: number) =>
    queryOptions({
      queryKey: ["comparison", pieceId, from, to],
      queryFn: () => api.compare(pieceId, from, to),
      staleTime: Infinity,
    }),
  review: (pieceId: number) => queryOptions({ queryKey: ["piece", pieceId, "review"], queryFn: () => api.review(pieceId) }),
  comments: (pieceId: number) => pagesOf(["piece", pieceId, "comments"], (page) => api.comments(pieceId, page)),
  media: (filter: MediaQuery) => pagesOf(["media", filter], (page) => api.media({ ...filter, ...page, limit: 48 })),
  mediaStorage: () => queryOptions({ queryKey: ["media-storage"], queryFn: api.mediaStorage, staleTime: 60_000 }),
  orphans: () => queryOptions({ queryKey: ["orphans"], queryFn: api.orphans, staleTime: 0 }),
  oneMedia: (id: number) => queryOptions({ queryKey: ["media", "one", id], queryFn: () => api.oneMedia(id) }),
  mediaUsages: (id: number) => pagesOf(["media", "usages", id], () => api.mediaUsages(id)),
  mediaRenditions: (media: { id: number; version: number }) =>
    queryOptions({
      queryKey: ["media", "renditions", media.id, media.version],
      queryFn: () => api.mediaRenditions(media.id),
      refetchInterval: (query) => (query.state.data?.state === "wanted" ? 3_000 : false),
    }),
  series: (q = "") => found("series", q, api.series, 60_000),
  redirects: (q = "") => found("redirects", q, api.redirects),
  objectives: () => pagesOf(["objectives"], api.objectives),
  campaigns: () => pagesOf(["campaigns"], api.campaigns),
  ctas: () => pagesOf(["ctas"], api.ctas),
  theme: () => queryOptions({ queryKey: ["theme"], queryFn: () => api.theme() }),
  previewLinks: (pieceId: number) =>
    queryOptions({ queryKey: ["piece", pieceId, "previews"], queryFn: () => api.previewLinks(pieceId) }),
  site: () =>
    queryOptions({
      queryKey: ["site"],
      queryFn: () => api.site(),
      // A build that is waited for is soon there.
      refetchInterval: (query) => (query.state.data?.pending ? 2_000 : 15_000),
    }),
  pieceCtas: (pieceId: number) =>
    queryOptions({ queryKey: ["piece", pieceId, "ctas"], queryFn: () => api.pieceCtas(pieceId) }),
  outcomes: (pieceId: number, range: { from?: string; to?: string }) =>
    queryOptions({
      queryKey: ["piece", pieceId, "outcomes", range],
      queryFn: () => api.outcomes(pieceId, range),
      // Clicks that are stored but not yet in the figures: they will be, within moments.
      refetchInterval: (query) => (query.state.data?.pending ? 4_000 : false),
    }),
  adapters: () => queryOptions({ queryKey: ["adapters"], queryFn: () => api.adapters() }),
  channels: () => pagesOf(["channels"], api.channels),
  delivery: (id: number, state: string) =>
    queryOptions({ queryKey: ["delivery", id, state], queryFn: () => api.delivery(id) }),
  deliveries: (pieceId: number) =>
    queryOptions({
      queryKey: ["piece", pieceId, "deliveries"],
      queryFn: () => api.deliveries(pieceId),
      // Deliveries move by themselves; the page follows while it is looked at.
      refetchInterval: 5_000,
    }),
  imports: (): ListOptions<ImportRun> => ({
    ...pagesOf(["imports"], api.imports),
    follow: (items) => (items.some(isUnderWay) ? 2_000 : false),
  }),
  importRun: (id: number) =>
    queryOptions({
      queryKey: ["import", id],
      queryFn: () => api.importRun(id),
      refetchInterval: ({ state: { data } }) => (data && isUnderWay(data) ? 1_000 : false),
    }),
  importRows: (id: number, state: string, outcome?: ImportRow["outcome"]) =>
    pagesOf(["import", id, "rows", state, outcome ?? ""], (page) => api.importRows(id, { outcome, ...page })),
  exports: (): ListOptions<ExportRun> => ({
    ...pagesOf(["exports"], api.exports),
    follow: (items) => (items.some(isUnderWay) ? 1_000 : false),
  }),
  deployers: () => queryOptions({ queryKey: ["deployers"], queryFn: () => api.deployers(), staleTime: Infinity }),
  deployTargets: () =>
    queryOptions({
      queryKey: ["deploy-targets"],
      queryFn: () => api.deployTargets(),
      refetchInterval: ({ state: { data } }) =>
        data?.items.some((target) => target.last_run && isUnderWay(target.last_run)) ? 1_000 : false,
    }),
  deployRuns: (id: number) =>
    queryOptions({ queryKey: ["deploy-targets", id, "runs"], queryFn: () => api.deployRuns(id) }),
  webhooks: () => pagesOf(["webhooks"], api.webhooks),
  webhook: (id: number) => queryOptions({ queryKey: ["webhook", id], queryFn: () => api.webhook(id) }),
  webhookEvents: () =>
    queryOptions({ queryKey: ["webhooks", "events"], queryFn: () => api.webhookEvents(), staleTime: Infinity }),
  webhookDeliveries: (id: number, state?: string): ListOptions<WebhookDelivery> => ({
    ...pagesOf(["webhook", id, "deliveries", state ?? ""], (page) =>
      api.webhookDeliveries(id, { state, ...page, limit: 30 }),
    ),
    follow: (items) => (items.some((delivery) => delivery.state === "pending") ? 3_000 : 15_000),
  }),
  webhookBody: (id: number, deliveryId: number) =>
    queryOptions({
      queryKey: ["webhook", id, "body", deliveryId],
      queryFn: () => api.webhookDelivery(id, deliveryId),
      staleTime: Infinity,
    }),
};
