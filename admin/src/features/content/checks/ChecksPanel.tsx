import { messageOf } from "@/api/problem";
import type { CheckReport, Finding } from "@/api/types";
import { FormError, Rows } from "@/ui/States";

import classes from "./Checks.module.css";
import { Findings } from "./Findings";
import { t } from "./strings";
import type { Checks } from "./useChecks";

/** What is to mend in the text before it goes out, the worst first. */
export function ChecksPanel({ checks, onShow }: { checks: Checks; onShow: (finding: Finding) => void }) {
  if (checks.isError) return <FormError error={new Error(t("failed", { detail: messageOf(checks.error) }))} />;
  if (!checks.data) return <Rows count={3} />;
  const { items, left_out: leftOut = 0, readability } = checks.data;
  return (
    <section aria-label={t("checks")}>
      {items.length === 0 ? <p className={classes.note}>{t("nothing")}</p> : <Findings items={items} onShow={onShow} />}
      {leftOut > 0 && <p className={classes.note}>{t("leftOut", { count: leftOut })}</p>}
      <Ease readability={readability} />
    </section>
  );
}

function Ease({ readability: { score } }: Pick<CheckReport, "readability">) {
  if (score == null) return null;
  const word = score < 30 ? "veryHard" : score < 50 ? "hard" : score < 70 ? "plain" : "easy";
  return (
    <p className={classes.note} title={t("scoreHint")}>
      {t("score", { score: Math.round(score), word: t(word) })}
    </p>
  );
}
