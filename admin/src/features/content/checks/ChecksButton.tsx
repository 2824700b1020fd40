import { UnstyledButton } from "@mantine/core";
import { IconChecklist } from "@tabler/icons-react";

import classes from "./Checks.module.css";
import { t } from "./strings";
import type { Checks } from "./useChecks";

/** How much there is to mend, in the top line; hints are not counted. */
export function ChecksButton({ checks, onOpen }: { checks: Checks; onOpen: () => void }) {
  if (!checks.data) return null;
  const { items } = checks.data;
  const count = items.filter(({ severity }) => severity !== "hint").length;
  const label = count ? t("open", { count }) : t("openNone");
  return (
    <UnstyledButton
      className={classes.button}
      data-errors={items.some(({ severity }) => severity === "error") || undefined}
      aria-label={label}
      title={label}
      onClick={onOpen}
    >
      <IconChecklist size={17} stroke={1.5} aria-hidden />
      {count > 0 && count}
    </UnstyledButton>
  );
}
