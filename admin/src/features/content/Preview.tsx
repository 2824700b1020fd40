import { SegmentedControl } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";

import { api } from "@/api/client";
import { messageOf } from "@/api/problem";
import type { Piece } from "@/api/types";
import { FormError } from "@/ui/States";

import classes from "./EditorPage.module.css";
import type { PieceText } from "./pieceText";
import { t } from "./strings";

/** What readers would see of the text as it stands in the editor. */
function shownOf(piece: Piece, text: PieceText) {
  const { title, body, excerpt, tags, language, source_url, author_ids, cover, meta_title, meta_description } = text;
  const { series_id, series_position } = text;
  return {
    piece_id: piece.id,
    kind: piece.kind,
    fields: text.fields,
    ...{ title, body, excerpt, tags, language, source_url, author_ids, cover, meta_title, meta_description },
    ...{ series_id, series_position },
  };
}

/**
 * The piece as readers will see it, from the server's own renderer.
 *
 * The frame runs no scripts and leads nowhere. It shares our origin only so that its place can be
 * kept when the page in it is replaced; without `allow-scripts` nothing inside can use that.
 */
export function Preview({ piece, text }: { piece: Piece; text: PieceText }) {
  const [words] = useDebouncedValue(shownOf(piece, text), 300);
  const [width, setWidth] = useState<"desk" | "phone">("desk");
  const frame = useRef<HTMLIFrameElement>(null);
  const place = useRef(0);
  const preview = useQuery({
    queryKey: ["preview", piece.id, words],
    queryFn: () => api.preview(words),
    retry: false,
    placeholderData: keepPreviousData,
    staleTime: Infinity,
    gcTime: 30_000,
  });

  // Roughly as far down as the writer is in the text beside it.
  useEffect(() => {
    function follow() {
      const inside = frame.current?.contentWindow;
      const page = frame.current?.contentDocument?.documentElement;
      const length = document.documentElement.scrollHeight - window.innerHeight;
      if (!inside || !page || length <= 0) return;
      inside.scrollTo(0, (window.scrollY / length) * (page.scrollHeight - inside.innerHeight));
    }
    window.addEventListener("scroll", follow, { passive: true });
    return () => window.removeEventListener("scroll", follow);
  }, []);

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
      <SegmentedControl
        size="xs"
        className={classes.widths}
        aria-label={t("previewWidth")}
        value={width}
        onChange={(value) => setWidth(value as "desk" | "phone")}
        data={[
          { value: "desk", label: t("previewDesk") },
          { value: "phone", label: t("previewPhone") },
        ]}
      />
      {preview.isError && <FormError error={new Error(t("previewFailed", { detail: messageOf(preview.error) }))} />}
      <iframe
        ref={frame}
        title={t("previewTitle")}
        sandbox="allow-same-origin"
        srcDoc={preview.data ?? ""}
        onLoad={settle}
        className={classes.frame}
        data-width={width}
      />
    </div>
  );
}
