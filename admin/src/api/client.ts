/** Every request the admin makes, by its name. Types and addresses come from `admin/openapi.json`. */

import createClient from "openapi-fetch";

import type { paths } from "@/api/schema";
import { apiFetch } from "@/api/transport";
import type * as T from "@/api/types";

const client = createClient<paths>({ baseUrl: globalThis.location?.origin ?? "", fetch: apiFetch });

/** `apiFetch` throws whatever is not a success, so there is always an answer. */
async function answer<R>(request: Promise<{ data?: R }>): Promise<R> {
  return (await request).data as R;
}

type Body<P extends keyof paths, M extends "post" | "patch" | "put"> = paths[P] extends {
  [method in M]: { requestBody: { content: { "application/json": infer B } } };
}
  ? B
  : never;

const byId = <N extends string>(name: N, id: number) => ({ path: { [name]: id } as Record<N, number> });

export const api = {
  standing: () => answer(client.GET("/api/v1/session/standing")),
  signIn: (body: Body<"/api/v1/session", "post">) => answer(client.POST("/api/v1/session", { body })),
  signOut: () => answer(client.DELETE("/api/v1/session")),
  invitation: (token: string) => answer(client.GET("/api/v1/setup/{token}", { params: { path: { token } } })),
  setUp: (body: Body<"/api/v1/setup", "post">) => answer(client.POST("/api/v1/setup", { body })),

  settings: () => answer(client.GET("/api/v1/settings")),
  patchSettings: (body: Body<"/api/v1/settings", "patch">) => answer(client.PATCH("/api/v1/settings", { body })),
  rezoning: (zone: string) => answer(client.GET("/api/v1/rezoning", { params: { query: { zone } } })),
  rezone: (body: Body<"/api/v1/rezoning", "post">) => answer(client.POST("/api/v1/rezoning", { body })),
  users: () => answer(client.GET("/api/v1/users")),
  invite: (body: Body<"/api/v1/users/invitations", "post">) =>
    answer(client.POST("/api/v1/users/invitations", { body })),
  patchUser: (id: number, body: Body<"/api/v1/users/{user_id}", "patch">) =>
    answer(client.PATCH("/api/v1/users/{user_id}", { params: byId("user_id", id), body })),
  keys: () => answer(client.GET("/api/v1/keys")),
  makeKey: (body: Body<"/api/v1/keys", "post">) => answer(client.POST("/api/v1/keys", { body })),
  revokeKey: (id: number) => answer(client.DELETE("/api/v1/keys/{key_id}", { params: byId("key_id", id) })),
  audit: (query: { cursor?: string; limit?: number }) => answer(client.GET("/api/v1/audit", { params: { query } })),

  pieces: (query: T.PieceQuery & { cursor?: string }) => answer(client.GET("/api/v1/pieces", { params: { query } })),
  piece: (id: number) => answer(client.GET("/api/v1/pieces/{piece_id}", { params: byId("piece_id", id) })),
  createPiece: (body: Body<"/api/v1/pieces", "post">) => answer(client.POST("/api/v1/pieces", { body })),
  patchPiece: (id: number, body: { version: number; kind?: T.Piece["kind"]; translation_of?: number | null } & T.PieceChanges) =>
    answer(client.PATCH("/api/v1/pieces/{piece_id}", { params: byId("piece_id", id), body })),
  translatePiece: (id: number, body: Body<"/api/v1/pieces/{piece_id}/translations", "post">) =>
    answer(client.POST("/api/v1/pieces/{piece_id}/translations", { params: byId("piece_id", id), body })),
  transition: (id: number, body: T.Transition) =>
    answer(client.POST("/api/v1/pieces/{piece_id}/transitions", { params: byId("piece_id", id), body })),
  bulk: (body: Body<"/api/v1/pieces/bulk", "post">) => answer(client.POST("/api/v1/pieces/bulk", { body })),
  undoBulk: (body: Body<"/api/v1/pieces/bulk/undo", "post">) =>
    answer(client.POST("/api/v1/pieces/bulk/undo", { body })),

  setUnpublishTime: (id: number, body: Body<"/api/v1/pieces/{piece_id}/unpublish-time", "post">) =>
    answer(client.POST("/api/v1/pieces/{piece_id}/unpublish-time", { params: byId("piece_id", id), body })),
  dropPlannedEdit: (id: number, version: number) =>
    answer(
      client.DELETE("/api/v1/pieces/{piece_id}/planned-edit", {
        params: { ...byId("piece_id", id), query: { version } },
      }),
    ),

  revisions: (pieceId: number, query: T.PageQuery) =>
    answer(client.GET("/api/v1/pieces/{piece_id}/revisions", { params: { ...byId("piece_id", pieceId), query } })),
  revision: (pieceId: number, revisionId: number) =>
    answer(
      client.GET("/api/v1/pieces/{piece_id}/revisions/{revision_id}", {
        params: { path: { piece_id: pieceId, revision_id: revisionId } },
      }),
    ),
  compare: (pieceId: number, from: number, to: number) =>
    answer(
      client.GET("/api/v1/pieces/{piece_id}/compare", { params: { ...byId("piece_id", pieceId), query: { from, to } } }),
    ),
  restore: (pieceId: number, body: Body<"/api/v1/pieces/{piece_id}/restore", "post">) =>
    answer(client.POST("/api/v1/pieces/{piece_id}/restore", { params: byId("piece_id", pieceId), body })),
  review: (pieceId: number) =>
    answer(client.GET("/api/v1/pieces/{piece_id}/review", { params: byId("piece_id", pieceId) })),
  assignReviewers: (pieceId: number, body: Body<"/api/v1/pieces/{piece_id}/review", "put">) =>
    answer(client.PUT("/api/v1/pieces/{piece_id}/review", { params: byId("piece_id", pieceId), body })),
  giveVerdict: (pieceId: number, body: Body<"/api/v1/pieces/{piece_id}/review/verdicts", "post">) =>
    answer(client.POST("/api/v1/pieces/{piece_id}/review/verdicts", { params: byId("piece_id", pieceId), body })),
  comments: (pieceId: number, query: T.PageQuery) =>
    answer(client.GET("/api/v1/pieces/{piece_id}/comments", { params: { ...byId("piece_id", pieceId), query } })),
  addComment: (pieceId: number, body: T.CommentIn) =>
    answer(client.POST("/api/v1/pieces/{piece_id}/comments", { params: byId("piece_id", pieceId), body })),
  patchComment: (id: number, body: Body<"/api/v1/comments/{comment_id}", "patch">) =>
    answer(client.PATCH("/api/v1/comments/{comment_id}", { params: byId("comment_id", id), body })),
  deleteComment: (id: number) =>
    answer(client.DELETE("/api/v1/comments/{comment_id}", { params: byId("comment_id", id) })),
  presence: (pieceId: number) =>
    answer(client.PUT("/api/v1/pieces/{piece_id}/presence", { params: byId("piece_id", pieceId) })),
  leave: (pieceId: number) =>
    answer(client.DELETE("/api/v1/pieces/{piece_id}/presence", { params: byId("piece_id", pieceId) })),

  tags: (query: T.FoundQuery) => answer(client.GET("/api/v1/tags", { params: { query } })),
  createTag: (body: Body<"/api/v1/tags", "post">) => answer(client.POST("/api/v1/tags", { body })),
  patchTag: (id: number, body: Body<"/api/v1/tags/{tag_id}", "patch">) =>
    answer(client.PATCH("/api/v1/tags/{tag_id}", { params: byId("tag_id", id), body })),
  deleteTag: (id: number) => answer(client.DELETE("/api/v1/tags/{tag_id}", { params: byId("tag_id", id) })),
  mergeTag: (id: number, into: number) =>
    answer(client.POST("/api/v1/tags/{tag_id}/merge", { params: byId("tag_id", id), body: { into } })),
  authors: (query: T.FoundQuery) => answer(client.GET("/api/v1/authors", { params: { query } })),
  createAuthor: (body: Body<"/api/v1/authors", "post">) => answer(client.POST("/api/v1/authors", { body })),
  patchAuthor: (id: number, body: Body<"/api/v1/authors/{author_id}", "patch">) =>
    answer(client.PATCH("/api/v1/authors/{author_id}", { params: byId("author_id", id), body })),
  deleteAuthor: (id: number) =>
    answer(client.DELETE("/api/v1/authors/{author_id}", { params: byId("author_id", id) })),
  mergeAuthor: (id: number, into: number) =>
    answer(client.POST("/api/v1/authors/{author_id}/merge", { params: byId("author_id", id), body: { into } })),
  series: (query: T.FoundQuery) => answer(client.GET("/api/v1/series", { params: { query } })),
  createSeries: (body: Body<"/api/v1/series", "post">) => answer(client.POST("/api/v1/series", { body })),
  patchSeries: (id: number, body: Body<"/api/v1/series/{series_id}", "patch">) =>
    answer(client.PATCH("/api/v1/series/{series_id}", { params: byId("series_id", id), body })),
  orderSeries: (id: number, body: Body<"/api/v1/series/{series_id}/order", "put">) =>
    answer(client.PUT("/api/v1/series/{series_id}/order", { params: byId("series_id", id), body })),
  deleteSeries: (id: number) =>
    answer(client.DELETE("/api/v1/series/{series_id}", { params: byId("series_id", id) })),
  redirects: (query: T.FoundQuery) => answer(client.GET("/api/v1/redirects", { params: { query } })),
  createRedirect: (body: Body<"/api/v1/redirects", "post">) => answer(client.POST("/api/v1/redirects", { body })),
  deleteRedirect: (id: number) =>
    answer(client.DELETE("/api/v1/redirects/{redirect_id}", { params: byId("redirect_id", id) })),

  media: (query: T.MediaQuery & T.PageQuery) => answer(client.GET("/api/v1/media", { params: { query } })),
  oneMedia: (id: number) => answer(client.GET("/api/v1/media/{media_id}", { params: byId("media_id", id) })),
  mediaStorage: () => answer(client.GET("/api/v1/media/storage")),
  orphans: () => answer(client.GET("/api/v1/media/orphans")),
  dropOrphans: () => answer(client.DELETE("/api/v1/media/orphans")),
  patchMedia: (id: number, body: Body<"/api/v1/media/{media_id}", "patch">) =>
    answer(client.PATCH("/api/v1/media/{media_id}", { params: byId("media_id", id), body })),
  mediaUsages: (id: number) =>
    answer(client.GET("/api/v1/media/{media_id}/usages", { params: byId("media_id", id) })),
  mediaRenditions: (id: number) =>
    answer(client.GET("/api/v1/media/{media_id}/renditions", { params: byId("media_id", id) })),
  deleteMedia: (id: number) => answer(client.DELETE("/api/v1/media/{media_id}", { params: byId("media_id", id) })),

  site: () => answer(client.GET("/api/v1/site")) as unknown as Promise<T.SiteStatus>,
  buildSite: (full: boolean) => answer(client.POST("/api/v1/site/builds", { body: { full } })),
  checkDraft: (body: T.CheckIn, language: string) =>
    answer(client.POST("/api/v1/checks", { body, headers: { "Accept-Language": language } })),
  checkKinds: (language: string) =>
    answer(client.GET("/api/v1/checks", { headers: { "Accept-Language": language } })),
  preview: (body: Body<"/api/v1/preview", "post">) =>
    answer(client.POST("/api/v1/preview", { body, parseAs: "text" })) as Promise<string>,

  theme: () => answer(client.GET("/api/v1/theme")) as unknown as Promise<T.ThemeView>,
  chooseTheme: (body: Body<"/api/v1/theme", "put">) =>
    answer(client.PUT("/api/v1/theme", { body })) as unknown as Promise<T.ThemeView>,
  previewTheme: (body: Body<"/api/v1/theme/preview", "post">) =>
    answer(client.POST("/api/v1/theme/preview", { body, parseAs: "text" })) as Promise<string>,
  previewLinks: (pieceId: number) =>
    answer(client.GET("/api/v1/pieces/{piece_id}/previews", { params: byId("piece_id", pieceId) })),
  sharePreview: (pieceId: number, body: Body<"/api/v1/pieces/{piece_id}/previews", "post">) =>
    answer(client.POST("/api/v1/pieces/{piece_id}/previews", { params: byId("piece_id", pieceId), body })),
  revokePreview: (pieceId: number, linkId: number) =>
    answer(
      client.DELETE("/api/v1/pieces/{piece_id}/previews/{link_id}", {
        params: { path: { piece_id: pieceId, link_id: linkId } },
      }),
    ),

  objectives: (query: T.PageQuery = {}) => answer(client.GET("/api/v1/objectives", { params: { query } })),
  createObjective: (body: T.ObjectiveIn) => answer(client.POST("/api/v1/objectives", { body })),
  patchObjective: (id: number, body: Body<"/api/v1/objectives/{objective_id}", "patch">) =>
    answer(client.PATCH("/api/v1/objectives/{objective_id}", { params: byId("objective_id", id), body })),
  campaigns: (query: T.PageQuery = {}) => answer(client.GET("/api/v1/campaigns", { params: { query } })),
  createCampaign: (body: T.CampaignIn) => answer(client.POST("/api/v1/campaigns", { body })),
  patchCampaign: (id: number, body: Body<"/api/v1/campaigns/{campaign_id}", "patch">) =>
    answer(client.PATCH("/api/v1/campaigns/{campaign_id}", { params: byId("campaign_id", id), body })),

  ctas: (query: T.PageQuery = {}) => answer(client.GET("/api/v1/ctas", { params: { query } })),
  createCta: (body: T.CtaIn) => answer(client.POST("/api/v1/ctas", { body })),
  patchCta: (id: number, body: Body<"/api/v1/ctas/{cta_id}", "patch">) =>
    answer(client.PATCH("/api/v1/ctas/{cta_id}", { params: byId("cta_id", id), body })),
  pieceCtas: (pieceId: number) =>
    answer(client.GET("/api/v1/pieces/{piece_id}/ctas", { params: byId("piece_id", pieceId) })),
  attachCta: (pieceId: number, body: Body<"/api/v1/pieces/{piece_id}/ctas", "post">) =>
    answer(client.POST("/api/v1/pieces/{piece_id}/ctas", { params: byId("piece_id", pieceId), body })),
  detachCta: (pieceId: number, ctaId: number) =>
    answer(
      client.DELETE("/api/v1/pieces/{piece_id}/ctas/{cta_id}", {
        params: { path: { piece_id: pieceId, cta_id: ctaId } },
      }),
    ),
  outcomes: (pieceId: number, query: { from?: string; to?: string }) =>
    // Its mapped types turn the pair of an interval into a list of any length.
    answer(
      client.GET("/api/v1/pieces/{piece_id}/outcomes", { params: { ...byId("piece_id", pieceId), query } }),
    ) as Promise<T.Outcomes>,

  adapters: () => answer(client.GET("/api/v1/adapters")),
  channels: (query: T.PageQuery = {}) => answer(client.GET("/api/v1/channels", { params: { query } })),
  createChannel: (body: ChannelBody & { adapter: string }) =>
    answer(client.POST("/api/v1/channels", { body: body as Body<"/api/v1/channels", "post"> })),
  patchChannel: (id: number, body: Partial<ChannelBody> & { version: number; state?: "active" | "paused" }) =>
    answer(
      client.PATCH("/api/v1/channels/{channel_id}", {
        params: byId("channel_id", id),
        body: body as Body<"/api/v1/channels/{channel_id}", "patch">,
      }),
    ),
  verifyChannel: (id: number) =>
    answer(client.POST("/api/v1/channels/{channel_id}/verify", { params: byId("channel_id", id) })),
  deliveries: (pieceId: number) =>
    answer(
      client.GET("/api/v1/pieces/{piece_id}/deliveries", {
        params: { ...byId("piece_id", pieceId), query: { limit: 100 } },
      }),
    ),
  delivery: (id: number) =>
    answer(client.GET("/api/v1/deliveries/{delivery_id}", { params: byId("delivery_id", id) })),
  previewDelivery: (pieceId: number, body: Body<"/api/v1/pieces/{piece_id}/deliveries/preview", "post">) =>
    answer(
      client.POST("/api/v1/pieces/{piece_id}/deliveries/preview", { params: byId("piece_id", pieceId), body }),
    ),
  planDelivery: (pieceId: number, body: Body<"/api/v1/pieces/{piece_id}/deliveries", "post">) =>
    answer(client.POST("/api/v1/pieces/{piece_id}/deliveries", { params: byId("piece_id", pieceId), body })),
  cancelDelivery: (id: number) =>
    answer(client.POST("/api/v1/deliveries/{delivery_id}/cancel", { params: byId("delivery_id", id) })),
  retryDelivery: (id: number) =>
    answer(client.POST("/api/v1/deliveries/{delivery_id}/retry", { params: byId("delivery_id", id) })),
  resolveDelivery: (id: number, body: T.Resolution) =>
    answer(client.POST("/api/v1/deliveries/{delivery_id}/resolve", { params: byId("delivery_id", id), body })),

  imports: (query: T.PageQuery) => answer(client.GET("/api/v1/imports", { params: { query } })),
  importRun: (id: number) => answer(client.GET("/api/v1/imports/{run_id}", { params: byId("run_id", id) })),
  importRows: (id: number, query: { outcome?: T.ImportRow["outcome"] } & T.PageQuery) =>
    answer(client.GET("/api/v1/imports/{run_id}/rows", { params: { ...byId("run_id", id), query } })),

  exports: (query: T.PageQuery) => answer(client.GET("/api/v1/exports", { params: { query } })),
  startExport: (body: Body<"/api/v1/exports", "post">) => answer(client.POST("/api/v1/exports", { body })),
  deleteExport: (id: number) => answer(client.DELETE("/api/v1/exports/{run_id}", { params: byId("run_id", id) })),

  deployers: () => answer(client.GET("/api/v1/deployers")),
  deployTargets: () => answer(client.GET("/api/v1/deploy-targets")),
  createDeployTarget: (body: Body<"/api/v1/deploy-targets", "post">) =>
    answer(client.POST("/api/v1/deploy-targets", { body })),
  patchDeployTarget: (id: number, body: Body<"/api/v1/deploy-targets/{target_id}", "patch">) =>
    answer(client.PATCH("/api/v1/deploy-targets/{target_id}", { params: byId("target_id", id), body })),
  deleteDeployTarget: (id: number) =>
    answer(client.DELETE("/api/v1/deploy-targets/{target_id}", { params: byId("target_id", id) })),
  deploySite: (id: number, full: boolean) =>
    answer(
      client.POST("/api/v1/deploy-targets/{target_id}/deploy", { params: byId("target_id", id), body: { full } }),
    ),
  deployRuns: (id: number) =>
    answer(
      client.GET("/api/v1/deploy-targets/{target_id}/runs", {
        params: { ...byId("target_id", id), query: { limit: 10 } },
      }),
    ),
  webhooks: (query: T.PageQuery) => answer(client.GET("/api/v1/webhooks", { params: { query } })),
  webhook: (id: number) =>
    answer(client.GET("/api/v1/webhooks/{webhook_id}", { params: byId("webhook_id", id) })),
  webhookEvents: () => answer(client.GET("/api/v1/webhooks/events")),
  createWebhook: (body: Body<"/api/v1/webhooks", "post">) => answer(client.POST("/api/v1/webhooks", { body })),
  patchWebhook: (id: number, body: Body<"/api/v1/webhooks/{webhook_id}", "patch">) =>
    answer(client.PATCH("/api/v1/webhooks/{webhook_id}", { params: byId("webhook_id", id), body })),
  deleteWebhook: (id: number) =>
    answer(client.DELETE("/api/v1/webhooks/{webhook_id}", { params: byId("webhook_id", id) })),
  newWebhookSecret: (id: number, body: Body<"/api/v1/webhooks/{webhook_id}/secret", "post">) =>
    answer(client.POST("/api/v1/webhooks/{webhook_id}/secret", { params: byId("webhook_id", id), body })),
  pingWebhook: (id: number) =>
    answer(client.POST("/api/v1/webhooks/{webhook_id}/ping", { params: byId("webhook_id", id) })),
  webhookDeliveries: (id: number, query: { state?: string } & T.PageQuery) =>
    answer(client.GET("/api/v1/webhooks/{webhook_id}/deliveries", { params: { ...byId("webhook_id", id), query } })),
  webhookDelivery: (id: number, deliveryId: number) =>
    answer(
      client.GET("/api/v1/webhooks/{webhook_id}/deliveries/{delivery_id}", {
        params: { path: { webhook_id: id, delivery_id: deliveryId } },
      }),
    ),
  replayWebhookDelivery: (id: number, deliveryId: number) =>
    answer(
      client.POST("/api/v1/webhooks/{webhook_id}/deliveries/{delivery_id}/replay", {
        params: { path: { webhook_id: id, delivery_id: deliveryId } },
      }),
    ),
  replayWebhookFailures: (id: number, body: Body<"/api/v1/webhooks/{webhook_id}/replay", "post">) =>
    answer(client.POST("/api/v1/webhooks/{webhook_id}/replay", { params: byId("webhook_id", id), body })),
};

/** A plugin's settings: their shape is the plugin's own, and checked by the server. */
interface ChannelBody {
  name: string;
  settings: Record<string, unknown>;
  secrets: Record<string, string>;
}
