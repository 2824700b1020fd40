import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useReducer, useState, useSyncExternalStore } from "react";

import { api } from "@/api/client";
import { ProblemError } from "@/api/problem";
import { useSignedIn } from "@/api/session";
import type { Piece, PieceChanges } from "@/api/types";

import { Autosave } from "./autosave";
import { findDraft, shelfOf } from "./drafts";
import { autoSlug, ownSlug } from "./slug";

/** Save; an address made of the title that may not be had gets a number, without a word. */
async function savePiece(id: number, body: { version: number } & PieceChanges): Promise<Piece> {
  try {
    return await api.patchPiece(id, body);
  } catch (error) {
    const { slug, title } = body;
    const isMade = slug !== undefined && title !== undefined && slug === autoSlug(title);
    if (!isMade || !(error instanceof ProblemError) || !isAboutSlug(error)) throw error;
    return api.patchPiece(id, { ...body, slug: ownSlug(slug, id) });
  }
}

function isAboutSlug({ problem }: ProblemError): boolean {
  return problem.type.endsWith("/taken") || problem.errors.some(({ field }) => field === "slug");
}

export interface Editing {
  autosave: Autosave;
  /** Counts up when the words changed by another hand than this writer's: inputs then re-read them. */
  generation: number;
  restored: boolean;
  take: (act: () => void) => void;
}

/** One piece being written, from the first look into this device's drafts to leaving the page. */
export function useEditing(piece: Piece): Editing | null {
  const client = useQueryClient();
  const userId = useSignedIn().user.id;
  const [restored, setRestored] = useState<boolean | null>(null);
  const [generation, nextGeneration] = useReducer((count: number) => count + 1, 0);

  const autosave = useMemo(
    () =>
      new Autosave({
        piece,
        save: (body) => savePiece(piece.id, body),
        reload: () => api.piece(piece.id),
        shelf: shelfOf(userId, piece.id),
      }),
    // One autosave per visit: later answers for the same piece reach it through its own requests.
    // eslint-disable-next-line
    [piece.id, userId],
  );
  useSyncExternalStore(autosave.subscribe, autosave.getState);

  useEffect(() => {
    let gone = false;
    void findDraft(userId, piece.id).then((draft) => {
      if (!gone) setRestored(draft ? autosave.restore(draft) : false);
    });
    return () => {
      gone = true;
    };
  }, [autosave, userId, piece.id]);

  useEffect(() => {
    const flush = () => void autosave.flush();
    const hide = () => document.visibilityState === "hidden" && flush();
    window.addEventListener("online", flush);
    document.addEventListener("visibilitychange", hide);
    return () => {
      window.removeEventListener("online", flush);
      document.removeEventListener("visibilitychange", hide);
      void autosave.flush().finally(() => {
        client.setQueryData(["piece", piece.id], autosave.piece);
        void client.invalidateQueries({ queryKey: ["pieces"] });
      });
    };
  }, [autosave, client, piece.id]);

  if (restored === null) return null;
  return {
    autosave,
    generation,
    restored,
    take: (act) => {
      act();
      nextGeneration();
    },
  };
}
