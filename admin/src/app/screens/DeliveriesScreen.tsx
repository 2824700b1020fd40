import { getRouteApi } from "@tanstack/react-router";

import { PieceFrame } from "@/app/screens/PieceFrame";
import { DeliveriesPanel } from "@/features/distribution/DeliveriesPanel";

const route = getRouteApi("/shell/pieces/$pieceId/deliveries");

export function DeliveriesScreen() {
  const pieceId = Number(route.useParams().pieceId);
  return (
    <PieceFrame pieceId={pieceId}>
      <DeliveriesPanel pieceId={pieceId} />
    </PieceFrame>
  );
}
