/** The list's filters, as they stand in the address. */

import type { MediaQuery, PieceQuery } from "@/api/types";

export interface PieceSearch {
  q?: string;
  status?: string;
  tag?: string;
  author?: string;
  series?: string;
  language?: string;
  translated?: false;
  campaign?: number;
  sort?: Sort;
}

type Sort = "-updated_at" | "-stands_at" | "title";

const SORTS: readonly Sort[] = ["-updated_at", "-stands_at", "title"];

/** Take from the address what makes sense, and nothing else. */
export function parsePieceSearch(search: Record<string, unknown>): PieceSearch {
  const found: PieceSearch = {};
  if (typeof search.q === "string" && search.q.trim()) found.q = search.q;
  else if (typeof search.q === "number") found.q = String(search.q);
  if (typeof search.status === "string" && search.status) found.status = search.status;
  if (typeof search.tag === "string" && search.tag) found.tag = search.tag;
  if (typeof search.author === "string" && search.author) found.author = search.author;
  if (typeof search.series === "string" && search.series) found.series = search.series;
  if (typeof search.language === "string" && search.language) found.language = search.language;
  if (search.translated === false) found.translated = false;
  const campaign = Number(search.campaign);
  if (Number.isInteger(campaign) && campaign > 0) found.campaign = campaign;
  found.sort = SORTS.find((sort) => sort === search.sort);
  if (!found.sort) delete found.sort;
  return found;
}

export function toQuery(search: PieceSearch): PieceQuery {
  return { ...search, sort: search.sort ?? "-updated_at", limit: 30 };
}

export function isFiltered({ q, status, tag, author, series, language, translated, campaign }: PieceSearch): boolean {
  return Boolean(q || status || tag || author || series || language || translated === false || campaign);
}

const MEDIA_KINDS = ["image", "video", "audio", "document", "captions"] as const;

/** The filters of the library, and the file that is open. */
export function parseMediaSearch(search: Record<string, unknown>): MediaQuery & { file?: number } {
  const kind = MEDIA_KINDS.find((one) => one === search.kind);
  const file = Number(search.file);
  return {
    ...(search.q === undefined || search.q === "" ? {} : { q: String(search.q) }),
    ...(kind ? { kind } : {}),
    ...(search.unused === true ? { unused: true } : {}),
    ...(Number.isInteger(file) && file > 0 ? { file } : {}),
  };
}
