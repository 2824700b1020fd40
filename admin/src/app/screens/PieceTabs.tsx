import { Link } from "@tanstack/react-router";

import { t } from "@/app/strings";
import { Tabs } from "@/ui/Tabs";

/** The parts of one piece, each an address of its own. */
export function PieceTabs({ pieceId }: { pieceId: number }) {
  const params = { pieceId: String(pieceId) };
  return (
    <Tabs label={t("pieceTabs")} bare>
      <Link to="/pieces/$pieceId" params={params} activeOptions={{ exact: true }}>
        {t("tabWrite")}
      </Link>
      <Link to="/pieces/$pieceId/history" params={params} search={{}}>
        {t("tabHistory")}
      </Link>
      <Link to="/pieces/$pieceId/deliveries" params={params}>
        {t("tabDeliveries")}
      </Link>
      <Link to="/pieces/$pieceId/outcomes" params={params}>
        {t("tabOutcomes")}
      </Link>
    </Tabs>
  );
}
