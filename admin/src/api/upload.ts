/** Files travel by XMLHttpRequest: `fetch` cannot say how far an upload has come. */

import { OfflineError, ProblemError, problemOf } from "@/api/problem";
import { currentSession, waitForSession } from "@/api/session";
import type { ImportOptions, ImportRun, Media } from "@/api/types";

export interface UploadOptions {
  /** Replaces the bytes of this file in place; without it a new one is stored. */
  replace?: { id: number; version: number };
  onProgress?: (part: number) => void;
  signal?: AbortSignal;
}

/** Send a file to the library. Throws `ProblemError`, `OfflineError`, or an `AbortError`. */
export async function uploadFile(file: File, options: UploadOptions = {}): Promise<Media> {
  const { replace } = options;
  const form = new FormData();
  // The server checks the version before it reads the file, so it comes first.
  if (replace) form.append("version", String(replace.version));
  form.append("file", file, file.name);
  const path = replace ? `/api/v1/media/${replace.id}/content` : "/api/v1/media";
  return (await deliver({ method: replace ? "PUT" : "POST", path, form }, options)) as Media;
}

/** Hand an export of another system in. `key` is the same for one intention, however often it is sent. */
export async function startImport(
  format: ImportRun["format"],
  file: File,
  options: ImportOptions,
  { key, ...how }: { key: string } & Omit<UploadOptions, "replace">,
): Promise<ImportRun> {
  const form = new FormData();
  for (const [name, value] of Object.entries(options)) form.append(name, String(value));
  form.append("file", file, file.name);
  return (await deliver({ method: "POST", path: `/api/v1/imports/${format}`, form, key }, how)) as ImportRun;
}

interface Parcel {
  method: string;
  path: string;
  form: FormData;
  key?: string;
}

async function deliver(parcel: Parcel, options: UploadOptions): Promise<unknown> {
  let response = await send(parcel, options);
  if (response.status === 401 && currentSession()) {
    await waitForSession();
    response = await send(parcel, options);
  }
  if (!response.ok) throw new ProblemError(await problemOf(response));
  return response.json();
}

function send({ method, path, form, key }: Parcel, { onProgress, signal }: UploadOptions): Promise<Response> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(method, path);
    request.setRequestHeader("X-CSRF-Token", currentSession()?.csrf_token ?? "");
    request.setRequestHeader("Accept", "application/json");
    if (key) request.setRequestHeader("Idempotency-Key", key);
    request.upload.onprogress = (event) => event.lengthComputable && onProgress?.(event.loaded / event.total);
    request.onload = () => {
      const empty = request.status === 204 || request.status < 200;
      resolve(new Response(empty ? null : request.responseText, { status: Math.max(200, request.status) }));
    };
    request.onerror = () => reject(new OfflineError("upload"));
    request.onabort = () => reject(new DOMException("The upload was stopped.", "AbortError"));
    signal?.addEventListener("abort", () => request.abort());
    request.send(form);
  });
}
