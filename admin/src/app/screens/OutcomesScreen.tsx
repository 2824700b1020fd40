import { getRouteApi } from "@tanstack/react-router";

import { PieceFrame } from "@/app/screens/PieceFrame";
import { OutcomesPanel } from "@/features/cta/OutcomesPanel";

const route = getRouteApi("/shell/pieces/$pieceId/outcomes");

export function OutcomesScreen() {
  const pieceId = Number(route.useParams().pieceId);
  return (
    <PieceFrame pieceId={pieceId}>
      <OutcomesPanel pieceId={pieceId} />
    </PieceFrame>
  );
}
