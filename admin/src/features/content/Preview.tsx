import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useRef } from "react";

import { api } from "@/api/client";
import { messageOf } from "@/api/problem";
import { FormError } from "@/ui/States";

import classes from "./EditorPage.module.css";
import { t } from "./strings";

/**
 * The piece as readers will see it, from the server's own renderer.
 *
 * The frame runs no scripts and leads nowhere. It shares our origin only so that its place can be
 * kept when the page in it is replaced; without `allow-scripts` nothing inside can use that.
 */
export function Preview({ pieceId, title, body }: { pieceId: number; title: string; body: string }) {
  const [words] = useDebouncedValue({ title, body }, 400);
  const frame = useRef<HTMLIFrameElement>(null);
  const place = useRef(0);
  const preview = useQuery({
    queryKey: ["preview", pieceId, words.title, words.body],
    queryFn: () => api.preview({ piece_id: pieceId, ...words }),
    placeholderData: keepPreviousData,
    staleTime: Infinity,
    gcTime: 30_000,
  });

  function settle() {
    const inside = frame.current?.contentWindow;
    const document = frame.current?.contentDocument;
    if (!inside || !document) return;
    inside.scrollTo(0, place.current);
    inside.addEventListener("scroll", () => (place.current = inside.scrollY), { passive: true });
    document.addEventListener("click", (event) => event.preventDefault());
  }

  return (
    <div className={classes.preview}>
      {preview.isError && <FormError error={new Error(t("previewFailed", { detail: messageOf(preview.error) }))} />}
      <iframe
        ref={frame}
        title={t("previewTitle")}
        sandbox="allow-same-origin"
        srcDoc={preview.data ?? ""}
        onLoad={settle}
        className={classes.frame}
      />
    </div>
  );
}
