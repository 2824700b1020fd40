/** How a request travels: CSRF token, lapsed sessions and lost networks are handled once, here. */

import { keyFor, settleIntention } from "@/api/intentions";
import { OfflineError, ProblemError, problemOf, type Problem } from "@/api/problem";
import { currentSession, rememberSession, waitForSession } from "@/api/session";
import type { SessionView } from "@/api/types";

const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);
const SESSION_PATH = "/api/v1/session";

/** `fetch` for the API. Throws `ProblemError` or `OfflineError`; whatever it returns is a success. */
export async function apiFetch(request: Request): Promise<Response> {
  if (request.method !== "POST") return fetchOrThrow(request);
  const { pathname } = new URL(request.url);
  const body = await request.clone().text();
  const key = keyFor(request.method, pathname, body);
  if (key) request.headers.set("Idempotency-Key", key);
  try {
    const response = await fetchOrThrow(request);
    settleIntention(pathname, body, response.status);
    return response;
  } catch (error) {
    if (error instanceof ProblemError) settleIntention(pathname, body, error.status);
    throw error;
  }
}

async function fetchOrThrow(request: Request): Promise<Response> {
  const response = await send(request);
  if (response.ok) return response;
  if (response.status === 401 && isOurs(request) && currentSession()) {
    await waitForSession();
    return settle(await send(request));
  }
  const problem = await problemOf(response);
  if (problem.status === 403 && isStaleToken(problem) && isOurs(request)) {
    await refreshSession();
    return settle(await send(request));
  }
  throw new ProblemError(problem);
}

async function send(request: Request): Promise<Response> {
  const copy = request.clone();
  const headers = new Headers(copy.headers);
  const token = currentSession()?.csrf_token;
  if (token && !SAFE.has(copy.method)) headers.set("X-CSRF-Token", token);
  try {
    return await fetch(new Request(copy, { headers, credentials: "same-origin" }));
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new OfflineError(error);
  }
}

async function settle(response: Response): Promise<Response> {
  if (!response.ok) throw new ProblemError(await problemOf(response));
  return response;
}

/** Signing in and asking who is signed in answer for themselves: their 401 opens no dialog. */
function isOurs(request: Request): boolean {
  const { pathname } = new URL(request.url);
  return pathname !== SESSION_PATH && !pathname.startsWith("/api/v1/setup");
}

/** Another tab signed in meanwhile: the cookie is new, and our token belongs to the old one. */
function isStaleToken(problem: Problem): boolean {
  return problem.type.endsWith("csrf_token");
}

async function refreshSession(): Promise<void> {
  const response = await fetch(SESSION_PATH, { credentials: "same-origin" });
  if (response.ok) rememberSession((await response.json()) as SessionView);
}
