/** What the server answers and takes. */

export interface Page<T> {
  items: T[];
  next_cursor: string | null;
}

export type Role = "owner" | "editor" | "writer" | "marketer";

export interface User {
  id: number;
  email: string;
  name: string;
  slug: string;
  role: Role;
  is_active: boolean;
  created_at: string;
  last_seen_at: string | null;
}

export interface Organisation {
  name: string;
  tagline: string;
  description: string;
  zone: string;
  locale: string;
  post_path: string;
  nav: { label: string; url: string }[];
  theme: Record<string, string>;
  version: number;
}

export type OrganisationPatch = { version: number } & Partial<Omit<Organisation, "version">>;

export interface SessionView {
  user: User;
  csrf_token: string;
  organisation: Organisation;
  may: string[];
}

export interface Invitation {
  role: Role;
  email: string | null;
  expires_at: string;
  first: boolean;
}

export interface InvitationMade {
  url: string;
  role: Role;
  email: string | null;
  expires_at: string;
}

export interface SetUp {
  token: string;
  name: string;
  email: string;
  password: string;
  organisation_name?: string | null;
  zone?: string | null;
}

export interface ApiKey {
  id: number;
  name: string;
  scope: "content" | "admin";
  prefix: string;
  created_at: string;
  last_used_at: string | null;
}

export interface ApiKeyMade extends Omit<ApiKey, "last_used_at"> {
  key: string;
}

export interface AuditEntry {
  id: number;
  at: string;
  actor_kind: string;
  actor_id: number | null;
  actor_name: string;
  action: string;
  subject: string;
  detail: Record<string, unknown>;
}

export type PieceStatus = "idea" | "draft" | "in_review" | "approved" | "scheduled" | "published" | "archived";

export interface PieceSummary {
  id: number;
  kind: string;
  title: string;
  slug: string;
  status: PieceStatus;
  version: number;
  tags: { id: number; name: string; slug: string }[];
  authors: { id: number; name: string; slug: string; bio?: string }[];
  campaign_id: number | null;
  path: string | null;
  url: string | null;
  planned_for: string | null;
  publish_at: string | null;
  publish_zone: string | null;
  publish_instant: string | null;
  published_at: string | null;
  live_version: number | null;
  live_path: string | null;
  has_unpublished_changes: boolean;
  created_by: number | null;
  created_at: string;
  updated_at: string;
}

export interface Piece extends PieceSummary {
  body: string;
  excerpt: string;
  language: string;
  canonical_url: string | null;
  source_url: string | null;
}

export interface PieceIn {
  kind?: "post" | "page";
  title?: string;
  body?: string;
  campaign_id?: number | null;
  planned_for?: string | null;
}

export interface PieceChanges {
  title?: string;
  body?: string;
  slug?: string;
  excerpt?: string;
  tags?: string[];
  campaign_id?: number | null;
  planned_for?: string | null;
  language?: string;
  canonical_url?: string | null;
}

export interface Transition {
  to: PieceStatus;
  version: number;
  publish_at?: string;
  zone?: string;
  fold?: 0 | 1;
}

export interface PieceQuery {
  status?: string;
  kind?: string;
  campaign?: number;
  tag?: string;
  q?: string;
  sort?: string;
  limit?: number;
}

export interface Tag {
  id: number;
  name: string;
  slug: string;
  description: string;
  version: number;
  pieces: number;
}

export interface Objective {
  id: number;
  name: string;
  metric: Metric;
  unit: string;
  target: number;
  starts_on: string | null;
  ends_on: string | null;
  note: string;
  version: number;
  archived: boolean;
  created_at: string;
  updated_at: string;
}

export type Metric =
  | "subscriptions"
  | "store_visits"
  | "downloads"
  | "contact_requests"
  | "quote_requests"
  | "reach"
  | "custom";

export interface ObjectiveIn {
  name: string;
  metric: Metric;
  target: number;
  unit?: string;
  starts_on?: string | null;
  ends_on?: string | null;
  note?: string;
}

export type ObjectivePatch = { version: number; archived?: boolean } & Partial<ObjectiveIn>;

export type CampaignKind = "campaign" | "contest" | "promotion" | "series";

export interface CampaignIn {
  name: string;
  kind: CampaignKind;
  objective_id?: number | null;
  starts_on?: string | null;
  ends_on?: string | null;
  note?: string;
}

export type CampaignPatch = { version: number; archived?: boolean } & Partial<CampaignIn>;

export interface Campaign {
  id: number;
  name: string;
  kind: CampaignKind;
  objective_id: number | null;
  starts_on: string | null;
  ends_on: string | null;
  note: string;
  version: number;
  archived: boolean;
  created_at: string;
  updated_at: string;
}

/** A count of results, or their rate per visitor who clicked; neither when nothing is expected. */
export interface Expected {
  count?: number;
  rate?: number;
}

export type CtaAction = "subscribe" | "visit_store" | "download" | "contact" | "request_quote" | "custom";

export interface Destination {
  url?: string;
  form_id?: number;
}

export interface Cta {
  id: number;
  slug: string;
  label: string;
  action: CtaAction;
  destination: Destination;
  objective_id: number | null;
  expected: Expected;
  version: number;
  archived: boolean;
  created_at: string;
  updated_at: string;
}

export interface CtaIn {
  label: string;
  action: CtaAction;
  destination: Destination;
  expected: Expected;
  objective_id?: number | null;
}

export interface PieceCta {
  piece_id: number;
  cta_id: number;
  slug: string;
  label: string;
  action: CtaAction;
  destination: Destination;
  expected: Expected;
  position: number;
  blog_path: string;
  feed_path: string;
}

export interface Filtered {
  bot: number;
  prefetch: number;
  preview: number;
  scanner: number;
  other: number;
}

export interface Outcome {
  cta_id: number;
  slug: string;
  label: string;
  channel: string;
  impressions: number | null;
  clicks: number;
  unique_clicks: number;
  clicks_noid: number;
  conversions: number;
  converters: number;
  conversion_rate: number | null;
  interval: [number, number] | null;
  confidence: "too_few" | "low" | "good";
  expected: Expected;
  measured_by: "conversions" | "clicks";
  attainment: number | null;
  filtered: Filtered;
  objective: { id: number; name: string; metric: string; target: number } | null;
}

export interface Outcomes {
  piece_id: number;
  from: string | null;
  to: string | null;
  items: Outcome[];
  totals: Outcome[];
  unattributed: { conversions: number };
  filtered: Filtered;
  as_of: string;
  pending: number;
}

export interface Adapter {
  id: string;
  title: string;
  available: boolean;
  reason: string | null;
  idempotency: string | null;
  can_withdraw: boolean;
  settings_schema: JsonSchema;
  secret_names: string[];
}

export interface JsonSchema {
  type?: string | string[];
  title?: string;
  description?: string;
  default?: unknown;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  enum?: unknown[];
  const?: unknown;
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  items?: JsonSchema;
  format?: string;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  pattern?: string;
  writeOnly?: boolean;
  $ref?: string;
  $defs?: Record<string, JsonSchema>;
}

export interface Channel {
  id: number;
  adapter: string;
  name: string;
  code: string;
  settings: Record<string, unknown>;
  secrets_set: string[];
  state: "active" | "paused" | "blocked";
  reason: string | null;
  not_before: string | null;
  late_limit_min: number | null;
  account: { handle: string; name: string; url: string | null; expires_at: string | null } | null;
  verified_at: string | null;
  version: number;
  created_at: string;
  updated_at: string;
}

export interface ChannelIn {
  adapter: string;
  name: string;
  settings: Record<string, unknown>;
  secrets: Record<string, string>;
}

export interface ChannelPatch {
  version: number;
  name?: string;
  settings?: Record<string, unknown>;
  secrets?: Record<string, string | null>;
  state?: "active" | "paused";
}

export interface DeliveryIn {
  channel_id: number;
  text?: string;
  send_at?: string;
  zone?: string;
  fold?: 0 | 1;
}

export interface Finding {
  severity: string;
  code: string;
  message: string;
  field?: string | null;
}

export interface DeliveryPreview {
  text: string;
  used: number;
  maximum: number | null;
  parts: { label: string; length: number }[];
  findings: Finding[];
}

export interface Attempt {
  phase: string;
  started_at: string;
  ended_at: string | null;
  outcome: string | null;
  status: number | null;
  detail: string;
}

export type DeliveryState =
  | "planned"
  | "sending"
  | "sent"
  | "retrying"
  | "failed"
  | "unknown"
  | "cancelled"
  | "held";

export interface Delivery {
  id: number;
  piece_id: number;
  channel_id: number;
  channel: { id: number; code: string; name: string; adapter: string; state: string };
  state: DeliveryState;
  text: string | null;
  send_at: string | null;
  zone: string | null;
  due_at: string | null;
  next_try_at: string | null;
  key: string;
  revision_id: number | null;
  remote_id: string | null;
  remote_url: string | null;
  sent_at: string | null;
  reason: string | null;
  created_at: string;
  updated_at: string;
  links: { cta_id: number; url: string }[];
  attempts: Attempt[];
}

export interface Resolution {
  outcome: "sent" | "again";
  remote_url?: string;
}
