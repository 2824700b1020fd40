/** The kinds of piece and what each has beside its text, as the server checks it. Pure. */

import type { Piece } from "@/api/types";

export type Kind = Piece["kind"];

export const KINDS: readonly Kind[] = [
  "post",
  "page",
  "press_release",
  "newsletter",
  "picture",
  "video",
  "audio",
  "update",
  "link",
];

/** A file of the library, or one that lies elsewhere: one of the two. */
export interface FileRef {
  media_id?: number | null;
  url?: string | null;
}

export interface Contact {
  name: string;
  email: string;
  phone: string;
}

export interface CaptionTrack {
  language: string;
  media_id: number;
}

export interface PictureItem {
  media_id: number;
  alt: string;
  caption: string;
}

export interface FieldsByKind {
  press_release: {
    dateline: string;
    boilerplate: string;
    contacts: Contact[];
    embargo_until: string | null;
    embargo_zone: string | null;
    embargo_fold?: 0 | 1 | null;
  };
  video: {
    video: FileRef | null;
    duration_s: number | null;
    poster_media_id: number | null;
    captions: CaptionTrack[];
    transcript: string;
  };
  audio: {
    audio: FileRef | null;
    duration_s: number | null;
    size_bytes?: number | null;
    episode: number | null;
    season: number | null;
    episode_type: "full" | "trailer" | "bonus";
    explicit: boolean;
    transcript: string;
  };
  picture: { pictures: PictureItem[] };
  newsletter: { subject: string; preheader: string };
  link: { quote: string; source_title: string; source_author: string };
}

/** These may go live without a title. */
export function mayBeUntitled(kind: Kind): boolean {
  return kind === "update" || kind === "link" || kind === "picture";
}

/** "1:02:03", "3:07" or seconds, as seconds; null for nothing, NaN for what is no length of time. */
export function parseLength(text: string): number | null {
  const trimmed = text.trim();
  if (!trimmed) return null;
  if (!/^\d+(:[0-5]?\d){0,2}$/.test(trimmed)) return Number.NaN;
  return trimmed.split(":").reduce((sum, part) => sum * 60 + Number(part), 0);
}

export function writeLength(seconds: number | null): string {
  if (seconds === null) return "";
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60), seconds % 60];
  const two = (part: number) => String(part).padStart(2, "0");
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

/** The list with one item in another place; the same list when it would leave it. */
export function moved<T>(items: T[], from: number, to: number): T[] {
  if (to < 0 || to >= items.length || from === to) return items;
  const next = [...items];
  next.splice(to, 0, ...next.splice(from, 1));
  return next;
}

/** Could be an address: what the server will take, so that half-typed ones do not travel. */
export function isAddress(text: string): boolean {
  return /^https?:\/\/[^\s/]+\S*$|^\/media\/\S+$/.test(text);
}

const FIELDS_OF: { [K in keyof FieldsByKind]: readonly (keyof FieldsByKind[K])[] } = {
  press_release: ["dateline", "boilerplate", "contacts", "embargo_until", "embargo_zone", "embargo_fold"],
  video: ["video", "duration_s", "poster_media_id", "captions", "transcript"],
  audio: ["audio", "duration_s", "size_bytes", "episode", "season", "episode_type", "explicit", "transcript"],
  picture: ["pictures"],
  newsletter: ["subject", "preheader"],
  link: ["quote", "source_title", "source_author"],
};

/** Follow from another, or are what every piece of the kind begins with: no loss by themselves. */
const NO_LOSS: ReadonlySet<string> = new Set(["embargo_zone", "embargo_fold"]);

/** The names of what was filled in and the other kind has no place for. */
export function lostFields(fields: Record<string, unknown>, kind: Kind): string[] {
  const kept: readonly string[] = kind in FIELDS_OF ? FIELDS_OF[kind as keyof FieldsByKind] : [];
  return Object.entries(fields)
    .filter(([name, value]) => !kept.includes(name) && !NO_LOSS.has(name) && isFilled(value))
    .map(([name]) => name);
}

function isFilled(value: unknown): boolean {
  if (value === null || value === undefined || value === "" || value === false || value === "full") return false;
  return !Array.isArray(value) || value.length > 0;
}
