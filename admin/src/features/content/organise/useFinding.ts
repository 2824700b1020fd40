import { useDebouncedValue } from "@mantine/hooks";
import { useState } from "react";

import type { ListOptions } from "@/api/queries";
import { useList, type List } from "@/api/useList";

const PAUSE_MS = 200;

export interface Finding<T> {
  list: List<T>;
  wanted: string;
  setWanted: (words: string) => void;
}

/** A list that the server narrows as somebody types; it stays until the next one is there. */
export function useFinding<T>(listOf: (q: string) => ListOptions<T>): Finding<T> {
  const [wanted, setWanted] = useState("");
  const [q] = useDebouncedValue(wanted.trim(), PAUSE_MS);
  return { list: useList(listOf(q), { keep: true }), wanted, setWanted };
}
