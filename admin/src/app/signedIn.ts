import { redirect } from "@tanstack/react-router";

import { api } from "@/api/client";
import { currentSession, rememberSession } from "@/api/session";
import { setLanguage } from "@/ui/i18n";

/** Pass when somebody is signed in, else lead to the door and remember where they wanted to go. */
export async function requireSession(wanted: string): Promise<void> {
  if (currentSession()) return;
  const { session } = await api.standing();
  if (!session) {
    const next = wanted.replace(/^\/admin/, "");
    throw redirect({ to: "/login", search: next.length > 1 ? { next } : {} });
  }
  rememberSession(session);
  setLanguage(session.organisation.locale);
}
