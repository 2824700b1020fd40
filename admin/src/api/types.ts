/** The server's own words: everything here is generated from `admin/openapi.json`. */

import type { components, operations } from "@/api/schema";

type Schemas = components["schemas"];

export interface Page<T> {
  items: T[];
  next_cursor?: string | null;
}

export interface PageQuery {
  cursor?: string;
  limit?: number;
}

export interface FoundQuery extends PageQuery {
  q?: string;
}

export type User = Schemas["User"];
export type Role = User["role"];
export type Organisation = Schemas["Organisation"];
export type Rezoning = Schemas["Rezoning"];
export type RezoningItem = Schemas["RezoningItem"];
export type RezoningKeep = Schemas["RezoningIn"]["keep"];
export type RezoningChoice = RezoningItem["kept_wall_time"]["options"][number]["choice"];
export type SessionView = Schemas["SessionView"];
export type Invitation = Schemas["Invitation"];
export type InvitationMade = operations["invite_user"]["responses"][201]["content"]["application/json"];
export type ApiKey = Schemas["ApiKey"];
export type ApiKeyMade = Schemas["ApiKeyMade"];
export type AuditEntry = Schemas["AuditEntry"];

export type PieceSummary = Schemas["PieceSummary"];
export type Piece = Schemas["Piece"];
export type PieceStatus = Piece["status"];
export type Transition = Schemas["Transition"];
export type PieceQuery = Omit<NonNullable<operations["list_pieces"]["parameters"]["query"]>, "cursor">;
/** What the editor may change of a piece, each as the piece itself has it; tags by name. */
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
  source_url?: string | null;
  author_ids?: number[];
  /** The kind's own fields, whole. */
  fields?: Record<string, unknown>;
  cover?: Schemas["Cover"] | null;
  meta_title?: string;
  meta_description?: string;
  featured?: boolean;
  series_id?: number | null;
  series_position?: number | null;
}

export type CheckIn = Schemas["CheckIn"];
export type CheckReport = Schemas["CheckReport"];
export type Finding = CheckReport["items"][number];

export type Tag = Schemas["Tag"];
export type Author = Schemas["Author"];
export type Series = Schemas["Series"];
export type Redirect = Schemas["StoredRedirect"];
export type BuildProblem = Schemas["BuildProblem"];
export type BuildReport = Schemas["BuildReport"];
export type SiteStatus = Schemas["SiteStatus"];
export type ThemeView = Schemas["ThemeView"];
export type ThemeSetting = Schemas["ThemeSetting"];
export type PreviewLink = Schemas["PreviewLink"];

export type Media = Schemas["Media"];
export interface MediaQuery {
  q?: string;
  kind?: Media["kind"];
  unused?: boolean;
}

export type Review = Schemas["Review"];
export type Comment = Schemas["Comment"];
export type CommentIn = Schemas["CommentIn"];
export type RevisionSummary = Schemas["RevisionSummary"];
export type Revision = Schemas["Revision"];
export type Comparison = Schemas["Comparison"];
export type FieldDifference = Schemas["FieldDifference"];
export type Run = Schemas["Run"];
export type BulkAction = Schemas["BulkIn"]["action"];
export type BulkDone = Schemas["BulkDone"];

export type Objective = Schemas["Objective"];
export type ObjectiveIn = Schemas["ObjectiveIn"];
export type Campaign = Schemas["Campaign"];
export type CampaignIn = Schemas["CampaignIn"];

export type Cta = Schemas["Cta"];
export type CtaIn = Schemas["CtaIn"];
export type CtaAction = Cta["action"];
export type Expected = Schemas["Expected"];
export type PieceCta = Schemas["PieceCta"];
export type Filtered = Schemas["Filtered"];
export type Outcome = Schemas["Outcome"];
export type Outcomes = Schemas["Outcomes"];

export type Adapter = Schemas["AdapterInfo"];
export type Channel = Schemas["Channel"];
export type Attempt = Schemas["Attempt"];
export type Delivery = Schemas["Delivery"];
export type Resolution = Schemas["Resolution"];

export type Webhook = Schemas["Webhook"];
export type WebhookMade = Schemas["WebhookMade"];
export type WebhookDelivery = Schemas["WebhookDelivery"];
export type WebhookAttempt = Schemas["WebhookAttempt"];
export type EventKind = Schemas["EventKind"];

export type Deployer = Schemas["DeployerInfo"];
export type DeployTarget = Schemas["DeployTarget"];
export type DeployRun = Schemas["DeployRun"];

export type ImportRun = Schemas["ImportRun"];
export type ImportRow = Schemas["ReportRow"];
export type ExportRun = Schemas["ExportRun"];
export interface ImportOptions {
  dry_run: boolean;
  author: string;
  timezone: string;
  fetch_media: boolean;
  comments: boolean;
  site_url: string;
}

/** The part of JSON Schema that plugins describe their settings with. */
export interface JsonSchema {
  type?: string | string[];
  title?: string;
  description?: string;
  default?: unknown;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  enum?: unknown[];
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  items?: JsonSchema;
  writeOnly?: boolean;
  $ref?: string;
  $defs?: Record<string, JsonSchema>;
}
