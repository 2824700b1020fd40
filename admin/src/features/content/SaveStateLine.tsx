import { Button } from "@mantine/core";
import { IconAlertTriangle, IconCheck, IconCloudOff, IconLoader2, IconPencil, IconArrowsSplit2 } from "@tabler/icons-react";

import { formatTime } from "@/ui/format";

import type { SaveState } from "./autosave";
import classes from "./SaveStateLine.module.css";
import { t } from "./strings";

/** What has become of the words: never more than is true. */
export function SaveStateLine({ state, onResolve }: { state: SaveState; onResolve: () => void }) {
  return (
    <div className={classes.state} role="status" data-save-state={state.kind}>
      {content(state)}
      {state.kind === "conflict" && (
        <Button size="compact-xs" variant="outline" color="vermilion" onClick={onResolve}>
          {t("resolve")}
        </Button>
      )}
    </div>
  );
}

function content(state: SaveState) {
  const icon = { size: 15, stroke: 1.75, "aria-hidden": true };
  switch (state.kind) {
    case "saved":
      return (
        <span className={classes.quiet}>
          <IconCheck {...icon} />
          {state.at ? t("savedAt", { time: formatTime(state.at) }) : t("saved")}
        </span>
      );
    case "editing":
      return (
        <span className={classes.quiet}>
          <IconPencil {...icon} />
          {t("editing")}
        </span>
      );
    case "saving":
      return (
        <span className={classes.quiet}>
          <IconLoader2 {...icon} className={classes.turning} />
          {t("saving")}
        </span>
      );
    case "offline":
      return (
        <span className={classes.warning}>
          <IconCloudOff {...icon} />
          {t("offline")}
        </span>
      );
    case "refused":
      return (
        <span className={classes.failure} title={state.error.message}>
          <IconAlertTriangle {...icon} />
          {t("refused")}
        </span>
      );
    case "conflict":
      return (
        <span className={classes.failure}>
          <IconArrowsSplit2 {...icon} />
          {t("conflict")}
        </span>
      );
  }
}
