import { useDocumentTitle } from "@mantine/hooks";
import { getRouteApi, useRouter } from "@tanstack/react-router";

import { rememberSession } from "@/api/session";
import type { SessionView } from "@/api/types";
import { setLanguage } from "@/ui/i18n";

import { Door } from "./Door";
import { SignInForm } from "./SignInForm";
import { t } from "./strings";

const route = getRouteApi("/login");

export function LoginPage() {
  const router = useRouter();
  const { next } = route.useSearch();
  useDocumentTitle(`${t("signIn")} · Octavo`);

  function signedIn(session: SessionView) {
    rememberSession(session);
    setLanguage(session.organisation.locale);
    // Only a path of our own: an address from outside must not decide where one lands.
    const inside = next?.startsWith("/") && !next.startsWith("//") ? next : "/pieces";
    router.history.push(`/admin${inside}`);
  }

  return (
    <Door title="Octavo" lead={t("signInLead")}>
      <SignInForm onSignedIn={signedIn} />
    </Door>
  );
}
