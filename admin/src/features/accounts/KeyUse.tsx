import { Stack } from "@mantine/core";

import { CopyLine } from "@/ui/CopyLine";

import { t } from "./strings";

/** Where a front end reads what is published, and how Ghost's client is told so. */
export function KeyUse({ contentKey }: { contentKey?: string }) {
  const origin = window.location.origin;
  const key = contentKey ?? t("keyPlaceholder");
  return (
    <Stack gap="md">
      <CopyLine
        label={t("ghostLine")}
        description={t("ghostLineHint")}
        value={`new GhostContentAPI({ url: "${origin}", key: "${key}", version: "v6.0" })`}
      />
      <CopyLine label={t("ghostUrl")} value={`${origin}/ghost/api/content/`} />
      <CopyLine
        label={t("ownUrl")}
        value={contentKey ? `${origin}/api/v1/public/pieces?key=${contentKey}` : `${origin}/api/v1/public/`}
      />
    </Stack>
  );
}
