import { useMay } from "@/api/session";
import { TabbedPage, type Tab } from "@/ui/TabbedPage";

import { t } from "./strings";

export function SettingsLayout() {
  const keys: Tab[] = useMay("manage_keys") ? [{ to: "/settings/keys", title: t("keys") }] : [];
  const audit: Tab[] = useMay("audit") ? [{ to: "/settings/audit", title: t("audit") }] : [];
  return (
    <TabbedPage
      title={t("settings")}
      tabs={[
        { to: "/settings", title: t("organisation") },
        { to: "/settings/people", title: t("people") },
        ...keys,
        ...audit,
      ]}
    />
  );
}
