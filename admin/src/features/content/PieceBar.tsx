import { ActionIcon } from "@mantine/core";
import { IconArrowLeft } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";

import type { PieceStatus } from "@/api/types";
import { Status } from "@/ui/Status";
import { TopLine } from "@/ui/TopLine";

import classes from "./PieceBar.module.css";
import { t } from "./strings";

/** The top line of a piece: way back, state, its parts, and what the part adds. */
export function PieceBar({ status, tabs, children }: { status: PieceStatus; tabs: ReactNode; children?: ReactNode }) {
  return (
    <TopLine>
      <ActionIcon
        component={Link}
        to="/pieces"
        variant="subtle"
        size={32}
        aria-label={t("backToPieces")}
        title={t("backToPieces")}
      >
        <IconArrowLeft size={18} stroke={1.5} />
      </ActionIcon>
      <Status state={status} />
      <div className={classes.tabs}>{tabs}</div>
      <div className={classes.rest} data-piece-bar>{children}</div>
    </TopLine>
  );
}
