/** Which moves make sense in a state, for whom, and which one comes first. Pure; the server decides. */

import type { PieceStatus, PieceSummary } from "@/api/types";

import type { t } from "./strings";

type Word = Parameters<typeof t>[0];

export type PieceAction = { word: Word } & (
  | { kind: "publish"; when: "now" | "later" | "end" }
  | { kind: "drop" }
  | { kind: "leave"; to: "draft" | "archived" }
  | { kind: "move"; to: PieceStatus }
);

export interface Rights {
  review: boolean;
  write: boolean;
  isOwn: boolean;
}

const PUBLISH: PieceAction = { word: "publish", kind: "publish", when: "now" };
const SCHEDULE: PieceAction = { word: "schedule", kind: "publish", when: "later" };
const RESCHEDULE: PieceAction = { word: "reschedule", kind: "publish", when: "later" };
const PUBLISH_CHANGES: PieceAction = { word: "publishChanges", kind: "publish", when: "now" };
const SCHEDULE_CHANGES: PieceAction = { word: "scheduleChanges", kind: "publish", when: "later" };
const END: PieceAction = { word: "setEnd", kind: "publish", when: "end" };
const DROP_EDIT: PieceAction = { word: "dropEdit", kind: "drop" };
const SUBMIT: PieceAction = { word: "submit", kind: "move", to: "in_review" };
const APPROVE: PieceAction = { word: "approve", kind: "move", to: "approved" };
const TO_DRAFT: PieceAction = { word: "backToDraft", kind: "move", to: "draft" };
const UNSCHEDULE: PieceAction = { word: "unschedule", kind: "move", to: "approved" };
const RESTORE: PieceAction = { word: "restore", kind: "move", to: "draft" };
const WITHDRAW: PieceAction = { word: "withdraw", kind: "leave", to: "draft" };
const ARCHIVE: PieceAction = { word: "archive", kind: "leave", to: "archived" };

export function actionsFor(
  piece: Pick<PieceSummary, "status" | "has_unpublished_changes" | "planned_edit">,
  { review, write, isOwn }: Rights,
): { primary: PieceAction | null; others: PieceAction[] } {
  const own = review || (write && isOwn);
  switch (piece.status) {
    case "idea":
      return { primary: write ? TO_DRAFT : null, others: own ? [ARCHIVE] : [] };
    case "draft":
      if (review) return { primary: PUBLISH, others: [SCHEDULE, SUBMIT, APPROVE, ARCHIVE] };
      return own ? { primary: SUBMIT, others: [ARCHIVE] } : { primary: null, others: [] };
    case "in_review":
      if (review) return { primary: PUBLISH, others: [SCHEDULE, APPROVE, TO_DRAFT, ARCHIVE] };
      return { primary: null, others: own ? [TO_DRAFT, ARCHIVE] : [] };
    case "approved":
      if (review) return { primary: PUBLISH, others: [SCHEDULE, TO_DRAFT, ARCHIVE] };
      return own ? { primary: SCHEDULE, others: [TO_DRAFT, ARCHIVE] } : { primary: null, others: [] };
    case "scheduled":
      if (review) return { primary: RESCHEDULE, others: [PUBLISH, END, UNSCHEDULE, TO_DRAFT, ARCHIVE] };
      return own ? { primary: RESCHEDULE, others: [UNSCHEDULE, TO_DRAFT, ARCHIVE] } : { primary: null, others: [] };
    case "published":
      if (!review) return { primary: null, others: [] };
      return {
        primary: piece.has_unpublished_changes ? PUBLISH_CHANGES : null,
        others: [
          ...(piece.has_unpublished_changes ? [SCHEDULE_CHANGES] : []),
          ...(piece.planned_edit ? [DROP_EDIT] : []),
          END,
          WITHDRAW,
          ARCHIVE,
        ],
      };
    case "archived":
      return { primary: own ? RESTORE : null, others: [] };
  }
}
