import type { Webhook } from "@/api/types";

/** How a webhook stands, as `Status` says it. */
export function stateOf(webhook: Webhook): string {
  if (webhook.disabled_reason) return "disabled";
  if (!webhook.is_active) return "paused";
  return webhook.failures > 0 ? "retrying" : "active";
}
