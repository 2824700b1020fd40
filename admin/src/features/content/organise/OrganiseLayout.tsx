import { Link, Outlet } from "@tanstack/react-router";

import { Page } from "@/ui/Page";
import { Tabs } from "@/ui/Tabs";

import { t } from "./strings";

export function OrganiseLayout() {
  return (
    <Page title={t("organise")} lead={t("lead")}>
      <Tabs label={t("parts")}>
        <Link to="/organise" activeOptions={{ exact: true }}>
          {t("tags")}
        </Link>
        <Link to="/organise/authors">{t("authors")}</Link>
        <Link to="/organise/series">{t("series")}</Link>
        <Link to="/organise/redirects">{t("redirects")}</Link>
      </Tabs>
      <Outlet />
    </Page>
  );
}
