import { TabbedPage } from "@/ui/TabbedPage";

import { t } from "./strings";

export function OrganiseLayout() {
  return (
    <TabbedPage
      title={t("organise")}
      lead={t("lead")}
      label={t("parts")}
      tabs={[
        { to: "/organise", title: t("tags") },
        { to: "/organise/authors", title: t("authors") },
        { to: "/organise/series", title: t("series") },
        { to: "/organise/redirects", title: t("redirects") },
      ]}
    />
  );
}
