import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useReducer, useRef } from "react";

import type { Media } from "@/api/types";
import { uploadFile } from "@/api/upload";

export interface Upload {
  id: number;
  file: File;
  state: "waiting" | "running" | "done" | "failed";
  part: number;
  error: Error | null;
}

type Change = { type: "add"; uploads: Upload[] } | { type: "set"; id: number; to: Partial<Upload> } | { type: "drop"; id: number };

const AT_ONCE = 2;

function reduce(uploads: Upload[], change: Change): Upload[] {
  if (change.type === "add") return [...uploads, ...change.uploads];
  if (change.type === "drop") return uploads.filter(({ id }) => id !== change.id);
  return uploads.map((upload) => (upload.id === change.id ? { ...upload, ...change.to } : upload));
}

/** Files on their way into the library: two at a time, each with its progress and its fate. */
export function useUploads(onStored?: (media: Media) => void) {
  const client = useQueryClient();
  const [uploads, change] = useReducer(reduce, []);
  const next = useRef(1);
  const queue = useRef<Upload[]>([]);
  const running = useRef(new Map<number, AbortController>());
  const told = useRef(onStored);
  told.current = onStored;

  const work = useCallback(async () => {
    if (running.current.size >= AT_ONCE) return;
    const upload = queue.current.shift();
    if (!upload) return;
    const { id, file } = upload;
    const stopper = new AbortController();
    running.current.set(id, stopper);
    change({ type: "set", id, to: { state: "running", part: 0, error: null } });
    try {
      const onProgress = (part: number) => change({ type: "set", id, to: { part } });
      const media = await uploadFile(file, { signal: stopper.signal, onProgress });
      change({ type: "set", id, to: { state: "done", part: 1 } });
      setTimeout(() => change({ type: "drop", id }), 4_000);
      await client.invalidateQueries({ queryKey: ["media"] });
      told.current?.(media);
    } catch (error) {
      if (stopper.signal.aborted) change({ type: "drop", id });
      else change({ type: "set", id, to: { state: "failed", error: error instanceof Error ? error : new Error(String(error)) } });
    } finally {
      running.current.delete(id);
      void work();
    }
  }, [client]);

  const start = useCallback(
    (made: Upload[]) => {
      queue.current.push(...made);
      for (let lane = 0; lane < AT_ONCE; lane += 1) void work();
    },
    [work],
  );

  const add = useCallback(
    (files: Iterable<File>) => {
      const made = [...files].map(
        (file): Upload => ({ id: next.current++, file, state: "waiting", part: 0, error: null }),
      );
      change({ type: "add", uploads: made });
      start(made);
    },
    [start],
  );

  const drop = useCallback((id: number) => {
    queue.current = queue.current.filter((upload) => upload.id !== id);
    running.current.get(id)?.abort();
    change({ type: "drop", id });
  }, []);

  return { uploads, add, drop, again: (upload: Upload) => start([upload]) };
}
