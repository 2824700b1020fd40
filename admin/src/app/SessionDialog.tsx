import { Modal } from "@mantine/core";

import { queryClient } from "@/app/queryClient";
import { t } from "@/app/strings";
import { currentSession, rememberSession, useSession } from "@/api/session";
import type { SessionView } from "@/api/types";
import { SignInForm } from "@/features/accounts/SignInForm";

/** Over whatever page was open when the session ended; the page below keeps all it holds. */
export function SessionDialog() {
  const { lapsed, session } = useSession();

  function signedIn(next: SessionView) {
    const before = currentSession()?.user.id;
    rememberSession(next);
    // Somebody else's screen must not show what the first one was reading.
    if (before !== next.user.id) window.location.assign("/admin/");
    else void queryClient.invalidateQueries();
  }

  return (
    <Modal
      opened={lapsed}
      onClose={() => {}}
      withCloseButton={false}
      closeOnEscape={false}
      closeOnClickOutside={false}
      title={t("signInAgain")}
      zIndex={400}
    >
      <p className="quiet" style={{ marginTop: 0 }}>
        {t("signInAgainLead")}
      </p>
      <SignInForm email={session?.user.email} onSignedIn={signedIn} />
    </Modal>
  );
}
