import { IconUser } from "@tabler/icons-react";

import classes from "./Review.module.css";
import { t } from "./strings";
import { usePresence } from "./usePresence";

/** Who else has the piece open. */
export function PresenceLine({ pieceId }: { pieceId: number }) {
  const [first, ...others] = usePresence(pieceId);
  return (
    <div role="status">
      {first !== undefined && (
        <span className={classes.here} title={[first, ...others].join(", ")}>
          <IconUser size={15} stroke={1.75} aria-hidden />
          {others.length > 0 ? t("hereMany", { name: first, count: others.length }) : t("hereOne", { name: first })}
        </span>
      )}
    </div>
  );
}
