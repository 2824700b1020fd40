/**
 * One `Idempotency-Key` for each thing somebody meant to do: a request that is repeated because its
 * answer got lost is not done twice, and the same thing meant again is done again.
 */

const LASTS_MS = 10 * 60_000;
/** These ask or render; nothing is there twice when they run twice. */
const MAKES_NOTHING = /\/(session|setup|preview|checks|presence|verify)$/;

interface Intention {
  key: string;
  at: number;
}

const unanswered = new Map<string, Intention>();

/** The key for this request: the one it had before, while nobody answered it. Null if it needs none. */
export function keyFor(method: string, path: string, body: string, now = Date.now()): string | null {
  if (method !== "POST" || MAKES_NOTHING.test(path)) return null;
  const name = `${path}\n${body}`;
  const before = unanswered.get(name);
  const intention = before && now - before.at < LASTS_MS ? before : { key: crypto.randomUUID(), at: now };
  unanswered.set(name, intention);
  return intention.key;
}

/** The server said what became of it; a failure of its own (5xx) says nothing. */
export function settleIntention(path: string, body: string, status: number): void {
  if (status < 500) unanswered.delete(`${path}\n${body}`);
}
