import { Link, Outlet } from "@tanstack/react-router";

import { useMay } from "@/api/session";
import { Page } from "@/ui/Page";
import { Tabs } from "@/ui/Tabs";

import { t } from "./strings";

export function SettingsLayout() {
  const mayKeys = useMay("manage_keys");
  const mayAudit = useMay("audit");
  return (
    <Page title={t("settings")}>
      <Tabs label={t("settings")}>
        <Link to="/settings" activeOptions={{ exact: true }}>
          {t("organisation")}
        </Link>
        <Link to="/settings/people">{t("people")}</Link>
        {mayKeys && <Link to="/settings/keys">{t("keys")}</Link>}
        {mayAudit && <Link to="/settings/audit">{t("audit")}</Link>}
      </Tabs>
      <Outlet />
    </Page>
  );
}
