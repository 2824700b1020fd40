import { useEffect, useState } from "react";

import { api } from "@/api/client";

/** The server forgets somebody after a minute; say so well before. */
const EVERY_MS = 20_000;

/** Say that this piece is open here, and hear who else has it open. Advisory: failures are silence. */
export function usePresence(pieceId: number): string[] {
  const [names, setNames] = useState<string[]>([]);
  useEffect(() => {
    let gone = false;
    async function tell() {
      if (document.visibilityState === "hidden") return;
      try {
        const { others } = await api.presence(pieceId);
        if (!gone) setNames([...new Map(others.map(({ user_id, name }) => [user_id, name])).values()]);
      } catch {
        if (!gone) setNames([]);
      }
    }
    void tell();
    const timer = setInterval(() => void tell(), EVERY_MS);
    const shown = () => void tell();
    document.addEventListener("visibilitychange", shown);
    return () => {
      gone = true;
      clearInterval(timer);
      document.removeEventListener("visibilitychange", shown);
      api.leave(pieceId).catch(() => undefined);
    };
  }, [pieceId]);
  return names;
}
