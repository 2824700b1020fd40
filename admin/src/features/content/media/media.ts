/** What the admin knows of files without asking. Pure. */

import type { Media } from "@/api/types";

export type MediaKind = Media["kind"];

/** Where this server answers it. A replaced file keeps its address, so the version goes along. */
export function addressOf(media: Pick<Media, "path">): string {
  return `/media/${media.path}`;
}

/** The whole file as it is now. */
export function originalOf(media: Pick<Media, "path" | "version">): string {
  return `${addressOf(media)}?v=${media.version}`;
}

/** The smallest picture there is: other bytes have another address, so it needs no version. */
export function thumbnailOf(media: Pick<Media, "path" | "version" | "thumbnail_url">): string {
  return media.thumbnail_url ? new URL(media.thumbnail_url, "http://admin").pathname : originalOf(media);
}

/** The Markdown that shows a file in a text: a picture as a picture, all else as a link. */
export function markdownOf(media: Pick<Media, "kind" | "path" | "alt" | "decorative" | "caption" | "name">): string {
  if (media.kind !== "image") return `[${escapeText(media.name)}](${addressOf(media)})`;
  const alt = media.decorative ? "" : escapeText(media.alt);
  const caption = media.caption.trim();
  const title = caption ? ` "${caption.replace(/\s+/g, " ").replace(/["\\]/g, "\\$&")}"` : "";
  return `![${alt}](${addressOf(media)}${title})`;
}

function escapeText(text: string): string {
  return text.replace(/\s+/g, " ").trim().replace(/[[\]\\]/g, "\\$&");
}

/** Needs words before readers who cannot see get anything of it. */
export function lacksAlt(media: Pick<Media, "kind" | "alt" | "decorative">): boolean {
  return media.kind === "image" && !media.decorative && !media.alt.trim();
}

export interface Point {
  x: number;
  y: number;
}

/** The point of a picture below the pointer: parts of its width and height, to a thousandth. */
export function pointAt(pointer: Point, box: { left: number; top: number; width: number; height: number }): Point {
  const part = (at: number, start: number, length: number) =>
    length > 0 ? Math.round(Math.min(1, Math.max(0, (at - start) / length)) * 1000) / 1000 : 0.5;
  return { x: part(pointer.x, box.left, box.width), y: part(pointer.y, box.top, box.height) };
}
