import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useRef, useState } from "react";

import { ProblemError } from "@/api/problem";
import { startImport } from "@/api/upload";

import { keptFiles, type Kept } from "./kept";

/** Hand a file in and go to its report. One key for one intention: sent again, it is not imported twice. */
export function useStart() {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [part, setPart] = useState(0);
  const intention = useRef<{ name: string; key: string } | null>(null);
  const start = useMutation({
    mutationFn: ({ format, file, options }: Kept) => {
      const name = JSON.stringify([format, file.name, file.size, file.lastModified, options]);
      if (intention.current?.name !== name) intention.current = { name, key: crypto.randomUUID() };
      setPart(0);
      return startImport(format, file, options, { key: intention.current.key, onProgress: setPart });
    },
    onSuccess: async (run, kept) => {
      intention.current = null;
      if (kept.options.dry_run) keptFiles.set(run.id, kept);
      void client.invalidateQueries({ queryKey: ["imports"] });
      await navigate({ to: "/imports/$runId", params: { runId: String(run.id) } });
    },
    onError: (error) => {
      if (error instanceof ProblemError && error.status < 500) intention.current = null;
    },
  });
  return { start, part };
}
