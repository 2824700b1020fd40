import { useQuery } from "@tanstack/react-query";

import { queries } from "@/api/queries";
import type { Media } from "@/api/types";
import { formatSize } from "@/ui/format";

import classes from "./Media.module.css";
import { t } from "./strings";

/** What the server made of a picture for readers, format by format, or why it did not. */
export function Sizes({ media }: { media: Media }) {
  const found = useQuery(queries.mediaRenditions(media));
  if (!found.isSuccess || found.data.state === "none") return null;
  const { state, reason = "", files = [] } = found.data;
  const formats = [...new Set(files.map((file) => file.mime))].map((mime) => ({
    mime,
    of: files.filter((file) => file.mime === mime).sort((a, b) => a.width - b.width),
  }));
  return (
    <section aria-label={t("sizes")}>
      <h3>{t("sizes")}</h3>
      {state === "wanted" && <p className="quiet">{t("sizesWanted")}</p>}
      {state === "kept" && <p className="quiet">{t("sizesKept", { reason })}</p>}
      {state === "failed" && <p>{t("sizesFailed", { reason })}</p>}
      {formats.length > 0 && (
        <ul className={classes.usages}>
          {formats.map(({ mime, of }) => (
            <li key={mime}>
              {mime.replace("image/", "").toUpperCase()}
              <span className={classes.note}>
                {t("sizesOf", {
                  widths: of.map((file) => file.width).join(", "),
                  size: formatSize(of.reduce((sum, file) => sum + file.size_bytes, 0)),
                })}
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
