/** The words of a piece that a writer edits, and how two states of them differ. Pure. */

import type { Piece, PieceChanges } from "@/api/types";

export type PieceText = Required<PieceChanges>;
export type Field = keyof PieceText;

export const FIELDS: readonly Field[] = [
  "title",
  "body",
  "slug",
  "excerpt",
  "tags",
  "campaign_id",
  "planned_for",
  "language",
  "canonical_url",
  "source_url",
  "author_ids",
  "fields",
  "cover",
  "meta_title",
  "meta_description",
  "featured",
  "series_id",
  "series_position",
];

export function textOf(piece: Piece): PieceText {
  return {
    title: piece.title,
    body: piece.body,
    slug: piece.slug,
    excerpt: piece.excerpt,
    tags: piece.tags.map((tag) => tag.name),
    campaign_id: piece.campaign_id,
    planned_for: piece.planned_for,
    language: piece.language,
    canonical_url: piece.canonical_url,
    source_url: piece.source_url,
    author_ids: piece.authors.map((author) => author.id),
    fields: piece.fields,
    cover: piece.cover,
    meta_title: piece.meta_title,
    meta_description: piece.meta_description,
    featured: piece.featured,
    series_id: piece.series?.id ?? null,
    series_position: piece.series_position,
  };
}

export function isSame(one: PieceText[Field] | undefined, other: PieceText[Field] | undefined): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** The fields of `changes` that really differ from `base`. */
export function realChanges(changes: PieceChanges, base: PieceText): PieceChanges {
  return pick(changes, (field) => !isSame(changes[field], base[field]));
}

/** The fields that both sides changed since `base`, and not to the same. */
export function contested(base: PieceText, mine: PieceChanges, theirs: PieceText): Field[] {
  return FIELDS.filter(
    (field) =>
      field in mine &&
      !isSame(mine[field], theirs[field]) &&
      !isSame(theirs[field], base[field]) &&
      !isSame(mine[field], base[field]),
  );
}

function pick(changes: PieceChanges, keep: (field: Field) => boolean): PieceChanges {
  return Object.fromEntries(
    FIELDS.filter((field) => field in changes && keep(field)).map((field) => [field, changes[field]]),
  );
}

/** About how long it takes to read, in whole minutes, at 230 words a minute. */
export function countWords(body: string): { words: number; minutes: number } {
  const words = body.match(/[\p{L}\p{N}]+(?:['’-][\p{L}\p{N}]+)*/gu)?.length ?? 0;
  return { words, minutes: Math.max(1, Math.round(words / 230)) };
}
