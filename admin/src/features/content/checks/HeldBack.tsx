import { Checkbox } from "@mantine/core";

import type { Finding } from "@/api/types";

import classes from "./Checks.module.css";
import { Findings } from "./Findings";
import { t } from "./strings";

interface HeldBackProps {
  items: Finding[];
  despite: boolean;
  onDespite: (despite: boolean) => void;
}

/** What holds the piece back, and the way past it. */
export function HeldBack({ items, despite, onDespite }: HeldBackProps) {
  if (items.length === 0) return null;
  return (
    <section className={classes.held} aria-label={t("checks")}>
      <p className={classes.note}>{t("heldBack", { count: items.length })}</p>
      <Findings items={items} />
      <Checkbox
        mt="sm"
        label={t("despite")}
        description={t("despiteHint")}
        checked={despite}
        onChange={(event) => onDespite(event.currentTarget.checked)}
      />
    </section>
  );
}
