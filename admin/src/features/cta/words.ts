import type { CtaAction, Expected } from "@/api/types";
import { formatRate } from "@/ui/format";

import { t } from "./strings";

export const ACTIONS: readonly CtaAction[] = [
  "subscribe",
  "visit_store",
  "download",
  "contact",
  "request_quote",
  "custom",
];

export function expectedWords(expected: Expected): string {
  if (expected.count) return t("expectsCount", { count: expected.count });
  if (expected.rate) return t("expectsRate", { rate: formatRate(expected.rate) });
  return "–";
}
