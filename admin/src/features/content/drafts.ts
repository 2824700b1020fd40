/** Unsaved words, kept on this device: an IndexedDB store, one row per person and piece. */

import type { Draft, Shelf } from "./autosave";

const DATABASE = "octavo";
const STORE = "drafts";

let opening: Promise<IDBDatabase> | null = null;

function database(): Promise<IDBDatabase> {
  opening ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("IndexedDB is closed"));
  });
  return opening;
}

async function run<R>(mode: IDBTransactionMode, act: (store: IDBObjectStore) => IDBRequest<R>): Promise<R> {
  const transaction = (await database()).transaction(STORE, mode);
  return new Promise((resolve, reject) => {
    const request = act(transaction.objectStore(STORE));
    transaction.oncomplete = () => resolve(request.result);
    transaction.onerror = () => reject(transaction.error ?? new Error("the draft was not kept"));
    transaction.onabort = () => reject(transaction.error ?? new Error("the draft was not kept"));
  });
}

function keyOf(userId: number, pieceId: number): string {
  return `${userId}/${pieceId}`;
}

export async function findDraft(userId: number, pieceId: number): Promise<Draft | undefined> {
  try {
    return (await run("readonly", (store) => store.get(keyOf(userId, pieceId)))) as Draft | undefined;
  } catch {
    return undefined; // A private window may refuse storage; writing goes on without it.
  }
}

/** The shelf of one piece. Writes never overlap, and the latest one always comes last. */
export function shelfOf(userId: number, pieceId: number): Shelf {
  const key = keyOf(userId, pieceId);
  let last: Promise<unknown> = Promise.resolve();
  const then = (act: () => Promise<unknown>) => {
    last = last.then(act).catch(() => undefined);
    return last.then(() => undefined);
  };
  return {
    put: (draft) => then(() => run("readwrite", (store) => store.put(draft, key))),
    remove: () => then(() => run("readwrite", (store) => store.delete(key))),
  };
}
