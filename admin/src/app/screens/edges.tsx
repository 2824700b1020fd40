import { Anchor, Button } from "@mantine/core";
import { Link, type ErrorComponentProps } from "@tanstack/react-router";

import { t } from "@/app/strings";
import { EmptyState, ErrorState, Rows } from "@/ui/States";
import { Page } from "@/ui/Page";

export function NotFoundScreen() {
  return (
    <main id="content">
      <Page title={t("notFoundTitle")} narrow>
        <EmptyState
          action={
            <Anchor component={Link} to="/pieces">
              {t("toPieces")}
            </Anchor>
          }
        >
          {t("notFound")}
        </EmptyState>
      </Page>
    </main>
  );
}

export function CrashScreen({ error, reset }: ErrorComponentProps) {
  return (
    <Page title={t("crashedTitle")} narrow>
      <ErrorState error={error} onRetry={reset} />
      <Button component={Link} to="/pieces" variant="subtle" mt="md">
        {t("toPieces")}
      </Button>
    </Page>
  );
}

export function LoadingScreen() {
  return (
    <div style={{ padding: 32 }}>
      <Rows />
    </div>
  );
}
