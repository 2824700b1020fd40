import {
  IconAlertTriangle,
  IconArchive,
  IconBan,
  IconBulb,
  IconCalendarEvent,
  IconCircleCheck,
  IconCircleDashed,
  IconClock,
  IconEye,
  IconHelpCircle,
  IconLoader2,
  IconPencil,
  IconPlayerPause,
  IconRefresh,
  IconThumbUp,
  IconWorld,
  type TablerIcon,
} from "@tabler/icons-react";

import { t } from "@/ui/strings";

import classes from "./Status.module.css";

interface Look {
  word: string;
  icon: TablerIcon;
  colour: "ink" | "pencil" | "vermilion" | "blueprint" | "moss" | "ochre";
}

/** Every state the product can say, as an icon, a word and a colour: colour never speaks alone. */
function lookOf(state: string): Look {
  switch (state) {
    case "idea":
      return { word: t("idea"), icon: IconBulb, colour: "pencil" };
    case "draft":
      return { word: t("draft"), icon: IconPencil, colour: "pencil" };
    case "in_review":
      return { word: t("in_review"), icon: IconEye, colour: "ochre" };
    case "approved":
      return { word: t("approved"), icon: IconThumbUp, colour: "blueprint" };
    case "scheduled":
      return { word: t("scheduled"), icon: IconCalendarEvent, colour: "blueprint" };
    case "published":
      return { word: t("published"), icon: IconWorld, colour: "moss" };
    case "archived":
      return { word: t("archived"), icon: IconArchive, colour: "pencil" };
    case "planned":
      return { word: t("planned"), icon: IconClock, colour: "blueprint" };
    case "sending":
      return { word: t("sending"), icon: IconLoader2, colour: "blueprint" };
    case "sent":
      return { word: t("sent"), icon: IconCircleCheck, colour: "moss" };
    case "delivered":
      return { word: t("delivered"), icon: IconCircleCheck, colour: "moss" };
    case "pending":
      return { word: t("pending"), icon: IconClock, colour: "blueprint" };
    case "waiting":
      return { word: t("waiting"), icon: IconClock, colour: "blueprint" };
    case "running":
      return { word: t("running"), icon: IconLoader2, colour: "blueprint" };
    case "done":
      return { word: t("doneState"), icon: IconCircleCheck, colour: "moss" };
    case "disabled":
      return { word: t("disabled"), icon: IconAlertTriangle, colour: "vermilion" };
    case "retrying":
      return { word: t("retrying"), icon: IconRefresh, colour: "ochre" };
    case "failed":
      return { word: t("failedState"), icon: IconAlertTriangle, colour: "vermilion" };
    case "unknown":
      return { word: t("unknown"), icon: IconHelpCircle, colour: "ochre" };
    case "cancelled":
      return { word: t("cancelled"), icon: IconBan, colour: "pencil" };
    case "active":
      return { word: t("active"), icon: IconCircleCheck, colour: "moss" };
    case "paused":
      return { word: t("paused"), icon: IconPlayerPause, colour: "pencil" };
    case "held":
      return { word: t("held"), icon: IconPlayerPause, colour: "ochre" };
    case "blocked":
      return { word: t("blocked"), icon: IconAlertTriangle, colour: "vermilion" };
    case "unverified":
      return { word: t("unverified"), icon: IconCircleDashed, colour: "ochre" };
    case "unavailable":
      return { word: t("unavailable"), icon: IconAlertTriangle, colour: "vermilion" };
    default:
      return { word: state.replaceAll("_", " "), icon: IconCircleDashed, colour: "pencil" };
  }
}

export function statusWord(state: string): string {
  return lookOf(state).word;
}

export function Status({ state }: { state: string }) {
  const look = lookOf(state);
  const Icon = look.icon;
  return (
    <span className={classes.status} style={{ color: `var(--${look.colour})` }} data-state={state}>
      <Icon size={15} stroke={1.75} aria-hidden />
      {look.word}
    </span>
  );
}
