import { apiFetch } from "@/api/transport";
import type * as T from "@/api/types";

type Query = Record<string, string | number | boolean | null | undefined>;

async function call<R>(method: string, path: string, options: { query?: object; body?: unknown } = {}): Promise<R> {
  const url = new URL(`/api/v1${path}`, window.location.origin);
  for (const [key, value] of Object.entries((options.query ?? {}) as Query)) {
    if (value !== undefined && value !== null && value !== "") url.searchParams.append(key, String(value));
  }
  const headers: HeadersInit = { Accept: "application/json" };
  const body = options.body === undefined ? undefined : JSON.stringify(options.body);
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const response = await apiFetch(new Request(url, { method, headers, body }));
  return (response.status === 204 ? undefined : await response.json()) as R;
}

export const api = {
  session: () => call<T.SessionView>("GET", "/session"),
  signIn: (body: { email: string; password: string }) => call<T.SessionView>("POST", "/session", { body }),
  signOut: () => call<void>("DELETE", "/session"),
  invitation: (token: string) => call<T.Invitation>("GET", `/setup/${encodeURIComponent(token)}`),
  setUp: (body: T.SetUp) => call<T.SessionView>("POST", "/setup", { body }),

  settings: () => call<T.Organisation>("GET", "/settings"),
  patchSettings: (body: T.OrganisationPatch) => call<T.Organisation>("PATCH", "/settings", { body }),
  users: () => call<T.Page<T.User>>("GET", "/users"),
  invite: (body: { role: T.Role; email?: string | null }) => call<T.InvitationMade>("POST", "/users/invitations", { body }),
  patchUser: (id: number, body: Partial<Pick<T.User, "name" | "role" | "is_active">>) =>
    call<T.User>("PATCH", `/users/${id}`, { body }),
  keys: () => call<T.Page<T.ApiKey>>("GET", "/keys"),
  makeKey: (body: { name: string; scope: "content" | "admin" }) => call<T.ApiKeyMade>("POST", "/keys", { body }),
  revokeKey: (id: number) => call<void>("DELETE", `/keys/${id}`),
  audit: (query: { cursor?: string; limit?: number }) => call<T.Page<T.AuditEntry>>("GET", "/audit", { query }),

  pieces: (query: T.PieceQuery & { cursor?: string }) => call<T.Page<T.PieceSummary>>("GET", "/pieces", { query }),
  piece: (id: number) => call<T.Piece>("GET", `/pieces/${id}`),
  createPiece: (body: T.PieceIn) => call<T.Piece>("POST", "/pieces", { body }),
  patchPiece: (id: number, body: { version: number } & T.PieceChanges) => call<T.Piece>("PATCH", `/pieces/${id}`, { body }),
  transition: (id: number, body: T.Transition) => call<T.Piece>("POST", `/pieces/${id}/transitions`, { body }),
  tags: (query: { q?: string; limit?: number }) => call<T.Page<T.Tag>>("GET", "/tags", { query }),
  preview: (body: { title: string; body: string; piece_id?: number }) => call<{ html: string }>("POST", "/preview", { body }),

  objectives: (query: { archived?: boolean; cursor?: string; limit?: number } = {}) =>
    call<T.Page<T.Objective>>("GET", "/objectives", { query }),
  createObjective: (body: T.ObjectiveIn) => call<T.Objective>("POST", "/objectives", { body }),
  patchObjective: (id: number, body: T.ObjectivePatch) => call<T.Objective>("PATCH", `/objectives/${id}`, { body }),
  campaigns: (query: { archived?: boolean; cursor?: string; limit?: number } = {}) =>
    call<T.Page<T.Campaign>>("GET", "/campaigns", { query }),
  createCampaign: (body: T.CampaignIn) => call<T.Campaign>("POST", "/campaigns", { body }),
  patchCampaign: (id: number, body: T.CampaignPatch) => call<T.Campaign>("PATCH", `/campaigns/${id}`, { body }),

  ctas: (query: { cursor?: string; limit?: number } = {}) => call<T.Page<T.Cta>>("GET", "/ctas", { query }),
  createCta: (body: T.CtaIn) => call<T.Cta>("POST", "/ctas", { body }),
  patchCta: (id: number, body: { version: number; archived?: boolean } & Partial<T.CtaIn>) => call<T.Cta>("PATCH", `/ctas/${id}`, { body }),
  pieceCtas: (pieceId: number) => call<T.Page<T.PieceCta>>("GET", `/pieces/${pieceId}/ctas`),
  attachCta: (pieceId: number, body: { cta_id: number; expected?: T.Expected | null }) =>
    call<T.PieceCta>("POST", `/pieces/${pieceId}/ctas`, { body }),
  detachCta: (pieceId: number, ctaId: number) => call<void>("DELETE", `/pieces/${pieceId}/ctas/${ctaId}`),
  outcomes: (pieceId: number, query: { from?: string; to?: string }) =>
    call<T.Outcomes>("GET", `/pieces/${pieceId}/outcomes`, { query }),

  adapters: () => call<T.Page<T.Adapter>>("GET", "/adapters"),
  channels: (query: { cursor?: string; limit?: number } = {}) => call<T.Page<T.Channel>>("GET", "/channels", { query }),
  createChannel: (body: T.ChannelIn) => call<T.Channel>("POST", "/channels", { body }),
  patchChannel: (id: number, body: T.ChannelPatch) => call<T.Channel>("PATCH", `/channels/${id}`, { body }),
  verifyChannel: (id: number) => call<T.Channel>("POST", `/channels/${id}/verify`),
  deliveries: (pieceId: number) =>
    call<T.Page<T.Delivery>>("GET", `/pieces/${pieceId}/deliveries`, { query: { limit: 100 } }),
  delivery: (id: number) => call<T.Delivery>("GET", `/deliveries/${id}`),
  previewDelivery: (pieceId: number, body: { channel_id: number; text?: string }) =>
    call<T.DeliveryPreview>("POST", `/pieces/${pieceId}/deliveries/preview`, { body }),
  planDelivery: (pieceId: number, body: T.DeliveryIn) =>
    call<T.Delivery>("POST", `/pieces/${pieceId}/deliveries`, { body }),
  cancelDelivery: (id: number) => call<T.Delivery>("POST", `/deliveries/${id}/cancel`),
  retryDelivery: (id: number) => call<T.Delivery>("POST", `/deliveries/${id}/retry`),
  resolveDelivery: (id: number, body: T.Resolution) => call<T.Delivery>("POST", `/deliveries/${id}/resolve`, { body }),
};
