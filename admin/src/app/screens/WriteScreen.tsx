import { getRouteApi } from "@tanstack/react-router";

import { PieceTabs } from "@/app/screens/PieceTabs";
import { EditorPage } from "@/features/content/EditorPage";
import { CtaPanel } from "@/features/cta/CtaPanel";

const route = getRouteApi("/shell/pieces/$pieceId");

/** Features do not know each other: here the text and its calls to action meet. */
export function WriteScreen() {
  const pieceId = Number(route.useParams().pieceId);
  return (
    <EditorPage
      pieceId={pieceId}
      tabs={<PieceTabs pieceId={pieceId} />}
      panels={(insertBlock, readOnly) => (
        <CtaPanel pieceId={pieceId} readOnly={readOnly} insertBlock={insertBlock} />
      )}
    />
  );
}
