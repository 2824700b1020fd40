import { getRouteApi } from "@tanstack/react-router";

import { PieceFrame } from "@/app/screens/PieceFrame";
import { HistoryPanel } from "@/features/content/history/HistoryPanel";

const route = getRouteApi("/shell/pieces/$pieceId/history");

export function HistoryScreen() {
  const pieceId = Number(route.useParams().pieceId);
  return (
    <PieceFrame pieceId={pieceId}>
      <HistoryPanel pieceId={pieceId} />
    </PieceFrame>
  );
}
