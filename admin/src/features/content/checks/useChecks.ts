import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";

import { api } from "@/api/client";
import type { CheckIn, Finding, Piece } from "@/api/types";
import { currentLanguage } from "@/ui/i18n";

import type { PieceText } from "@/features/content/pieceText";

/** Milliseconds without a keystroke after which the text is checked. */
const PAUSE = 800;

/** What the server finds in the text as it stands here, saved or not. */
export function useChecks(piece: Pick<Piece, "id" | "kind">, text: PieceText) {
  const [draft] = useDebouncedValue(JSON.stringify(draftOf(piece, text)), PAUSE);
  return useQuery({
    queryKey: ["checks", piece.id, draft],
    queryFn: () => api.checkDraft(JSON.parse(draft) as CheckIn, currentLanguage()),
    placeholderData: keepPreviousData,
    // What stands around a text changes without it: a page it links to, a call to action on it.
    staleTime: 20_000,
    gcTime: 60_000,
  });
}

export type Checks = ReturnType<typeof useChecks>;

function draftOf({ id, kind }: Pick<Piece, "id" | "kind">, text: PieceText): CheckIn {
  const { title, body, excerpt, slug, language, meta_title, meta_description, cover, campaign_id, fields } = text;
  return {
    piece_id: id, kind, title, body, excerpt, slug, language, meta_title, meta_description, cover, campaign_id, fields,
  };
}

/** The findings of the checks that the organisation chose to hold pieces back. */
export function heldBack(items: Finding[], blocking: string[]): Finding[] {
  return items.filter(({ check }) => blocking.includes(check));
}
