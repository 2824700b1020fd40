import { UnstyledButton } from "@mantine/core";
import { IconAlertCircle, IconAlertTriangle, IconBulb } from "@tabler/icons-react";

import type { Finding } from "@/api/types";

import classes from "./Checks.module.css";
import { t } from "./strings";

const ICONS = { error: IconAlertCircle, warning: IconAlertTriangle, hint: IconBulb };
const FIELDS = ["title", "excerpt", "slug", "cover", "meta_title", "meta_description", "ctas", "campaign_id"] as const;

/** What is to mend, one below the other; with `onShow`, each leads to its place. */
export function Findings({ items, onShow }: { items: Finding[]; onShow?: (finding: Finding) => void }) {
  return (
    <ul className={classes.findings}>
      {items.map((item, index) => (
        <li key={`${item.check}-${index}`} className={classes.finding} data-severity={item.severity}>
          {onShow && (item.field !== "body" || item.start != null) ? (
            <UnstyledButton className={classes.leads} title={t(item.field === "body" ? "show" : "showField")} onClick={() => onShow(item)}>
              <Words item={item} />
            </UnstyledButton>
          ) : (
            <Words item={item} />
          )}
        </li>
      ))}
    </ul>
  );
}

function Words({ item }: { item: Finding }) {
  const Icon = ICONS[item.severity];
  const field = fieldWord(item.field);
  return (
    <>
      <span className={classes.severity}>
        <Icon size={15} stroke={1.75} aria-hidden />
        {t(item.severity)}
        {field && <span className={classes.field}>{t("inField", { field })}</span>}
      </span>
      <span className={classes.message}>{item.message}</span>
      <span className={classes.fix}>{item.fix}</span>
    </>
  );
}

function fieldWord(field: string): string {
  const known = FIELDS.find((name) => name === field);
  return known ? t(known) : field.startsWith("fields.") ? t("fields") : "";
}
