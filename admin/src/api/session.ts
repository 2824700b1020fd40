/** Who is signed in, as the client knows it, and the gate that waits for a lapsed session. */

import { useSyncExternalStore } from "react";

import type { SessionView } from "@/api/types";

interface State {
  session: SessionView | null;
  lapsed: boolean;
}

let state: State = { session: null, lapsed: false };
let waiting: { promise: Promise<void>; open: () => void } | null = null;
const listeners = new Set<() => void>();

function change(next: Partial<State>): void {
  state = { ...state, ...next };
  for (const listener of listeners) listener();
}

export function currentSession(): SessionView | null {
  return state.session;
}

/** Remember a session that was just read or opened, and let everything that waited for it go on. */
export function rememberSession(session: SessionView): void {
  change({ session, lapsed: false });
  waiting?.open();
  waiting = null;
}

export function forgetSession(): void {
  change({ session: null, lapsed: false });
}

/**
 * Say that the session ended under our hands. The promise resolves when somebody has signed in
 * again; whoever awaits it then repeats its request, so nothing that was written is lost.
 */
export function waitForSession(): Promise<void> {
  if (!waiting) {
    let open = () => {};
    const promise = new Promise<void>((resolve) => {
      open = resolve;
    });
    waiting = { promise, open };
    change({ lapsed: true });
  }
  return waiting.promise;
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useSession(): State {
  return useSyncExternalStore(subscribe, () => state);
}

/** The session of somebody who is signed in; only below the shell. */
export function useSignedIn(): SessionView {
  const { session } = useSession();
  if (!session) throw new Error("used outside the shell");
  return session;
}

export function useMay(action: string): boolean {
  return useSession().session?.may.includes(action) ?? false;
}
