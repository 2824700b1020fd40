import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";

import { queries } from "@/api/queries";
import { PieceTabs } from "@/app/screens/PieceTabs";
import { t } from "@/app/strings";
import { PieceBar } from "@/features/content/PieceBar";
import { Page } from "@/ui/Page";
import { ErrorState } from "@/ui/States";

import classes from "./PieceFrame.module.css";

/** A part of a piece that is not its text: the same top line, and the title above. */
export function PieceFrame({ pieceId, children }: { pieceId: number; children: ReactNode }) {
  const piece = useQuery(queries.piece(pieceId));
  if (piece.isError) {
    return (
      <Page title={t("pieces")} narrow>
        <ErrorState error={piece.error} onRetry={() => void piece.refetch()} />
      </Page>
    );
  }
  const tabs = <PieceTabs pieceId={pieceId} />;
  return (
    <>
      {piece.data && <PieceBar status={piece.data.status} tabs={tabs} />}
      <div className={classes.phoneTabs}>{tabs}</div>
      <p className={classes.title}>{piece.data?.title ?? "\u00a0"}</p>
      {children}
    </>
  );
}
