/** Files travel by XMLHttpRequest: `fetch` cannot say how far an upload has come. */

import { OfflineError, ProblemError, problemOf } from "@/api/problem";
import { currentSession, waitForSession } from "@/api/session";
import type { Media } from "@/api/types";

export interface UploadOptions {
  /** Replaces the bytes of this file in place; without it a new one is stored. */
  replace?: { id: number; version: number };
  onProgress?: (part: number) => void;
  signal?: AbortSignal;
}

/** Send a file to the library. Throws `ProblemError`, `OfflineError`, or an `AbortError`. */
export async function uploadFile(file: File, options: UploadOptions = {}): Promise<Media> {
  let response = await send(file, options);
  if (response.status === 401 && currentSession()) {
    await waitForSession();
    response = await send(file, options);
  }
  if (!response.ok) throw new ProblemError(await problemOf(response));
  return (await response.json()) as Media;
}

function send(file: File, { replace, onProgress, signal }: UploadOptions): Promise<Response> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(replace ? "PUT" : "POST", replace ? `/api/v1/media/${replace.id}/content` : "/api/v1/media");
    request.setRequestHeader("X-CSRF-Token", currentSession()?.csrf_token ?? "");
    request.setRequestHeader("Accept", "application/json");
    request.upload.onprogress = (event) => event.lengthComputable && onProgress?.(event.loaded / event.total);
    request.onload = () => {
      const empty = request.status === 204 || request.status < 200;
      resolve(new Response(empty ? null : request.responseText, { status: Math.max(200, request.status) }));
    };
    request.onerror = () => reject(new OfflineError("upload"));
    request.onabort = () => reject(new DOMException("The upload was stopped.", "AbortError"));
    signal?.addEventListener("abort", () => request.abort());
    const form = new FormData();
    // The server checks the version before it reads the file, so it comes first.
    if (replace) form.append("version", String(replace.version));
    form.append("file", file, file.name);
    request.send(form);
  });
}
