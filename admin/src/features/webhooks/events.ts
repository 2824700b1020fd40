/** Events of the catalogue, as somebody chooses among them. */

import type { EventKind } from "@/api/types";

export const ALL = "*";

export interface EventGroup {
  /** What the events are about, as their names begin: `piece`. */
  subject: string;
  kinds: EventKind[];
}

/** The kinds by their subject, in the order of the catalogue; only those in which `words` occur. */
export function groupEvents(kinds: EventKind[], words = ""): EventGroup[] {
  const wanted = words.trim().toLowerCase();
  const groups = new Map<string, EventKind[]>();
  for (const kind of kinds) {
    // A test is sent by its own button, whatever was chosen.
    if (kind.name === "webhook.ping") continue;
    if (wanted && !`${kind.name} ${kind.about}`.toLowerCase().includes(wanted)) continue;
    const subject = kind.name.split(".")[0] ?? kind.name;
    groups.set(subject, [...(groups.get(subject) ?? []), kind]);
  }
  return [...groups].map(([subject, found]) => ({ subject, kinds: found }));
}

/** `chosen` with all of `names`, or without them. */
export function withNames(chosen: string[], names: string[], isOn: boolean): string[] {
  const rest = chosen.filter((name) => !names.includes(name));
  return isOn ? [...rest, ...names] : rest;
}
