/**
 * Saving what somebody writes, honestly: what the state says is what is true.
 *
 * One request at a time; what is typed meanwhile waits for the next. Every edit is kept on this
 * device at once and forgotten there only when the server has it. A version that moved under us is
 * never overwritten: changes to other fields are laid over it, a contested field asks the writer.
 */

import { OfflineError, ProblemError } from "@/api/problem";
import type { Piece, PieceChanges } from "@/api/types";

import { isProposal, type MergeProposal } from "./clashes";
import { contested, realChanges, textOf, type PieceText } from "./pieceText";

export const DEBOUNCE_MS = 800;
const RETRY_MS = [2_000, 5_000, 15_000, 30_000];

export type SaveState =
  | { kind: "saved"; at: Date | null }
  | { kind: "editing" }
  | { kind: "saving" }
  | { kind: "offline" }
  | { kind: "refused"; error: Error }
  | { kind: "conflict"; current: Piece; merge: MergeProposal | null };

/** What is kept on the device: the changes, and the saved state that they were made on. */
export interface Draft {
  version: number;
  base: PieceText;
  changes: PieceChanges;
  at: number;
}

export interface Shelf {
  put(draft: Draft): Promise<void>;
  remove(): Promise<void>;
}

interface Options {
  piece: Piece;
  save: (body: { version: number } & PieceChanges) => Promise<Piece>;
  /** Asked for the present state when a 409 does not bring it. */
  reload: () => Promise<Piece>;
  shelf: Shelf;
  now?: () => Date;
}

export class Autosave {
  state: SaveState = { kind: "saved", at: null };
  /** The server's piece as last seen. */
  piece: Piece;

  private base: PieceText;
  private waiting: PieceChanges = {};
  private travelling: PieceChanges | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private running: Promise<void> | null = null;
  private tries = 0;
  private readonly listeners = new Set<() => void>();
  private readonly options: Options;

  constructor(options: Options) {
    this.options = options;
    this.piece = options.piece;
    this.base = textOf(options.piece);
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  getState = (): SaveState => this.state;

  /** The words as the writer sees them. */
  get text(): PieceText {
    return { ...this.base, ...this.travelling, ...this.waiting };
  }

  get hasChanges(): boolean {
    return this.travelling !== null || Object.keys(this.waiting).length > 0;
  }

  edit(changes: PieceChanges): void {
    this.waiting = { ...this.waiting, ...changes };
    // What the server proposed does not know these words.
    if (this.state.kind === "conflict" && this.state.merge) this.set({ ...this.state, merge: null });
    if (!this.travelling) this.waiting = realChanges(this.waiting, this.base);
    void this.keep();
    if (this.state.kind === "conflict") return;
    if (!this.hasChanges) {
      clearTimeout(this.timer);
      if (this.state.kind === "editing") this.set({ kind: "saved", at: null });
      return;
    }
    if (this.state.kind !== "saving" && this.state.kind !== "offline") this.set({ kind: "editing" });
    this.later(DEBOUNCE_MS);
  }

  /** Save now. True when the server has everything. */
  async flush(): Promise<boolean> {
    clearTimeout(this.timer);
    while (this.running) await this.running;
    if (this.state.kind === "conflict") return false;
    if (this.hasChanges) {
      await this.run();
      while (this.running) await this.running;
    }
    clearTimeout(this.timer);
    return !this.hasChanges;
  }

  /** Take up what this device kept from an earlier visit. True when there was something. */
  restore(draft: Draft): boolean {
    const changes = realChanges(draft.changes, textOf(this.piece));
    if (Object.keys(changes).length === 0) {
      void this.options.shelf.remove();
      return false;
    }
    this.waiting = changes;
    if (draft.version === this.piece.version) {
      this.set({ kind: "editing" });
      this.later(0);
    } else {
      this.base = draft.base;
      this.meet(this.piece);
    }
    return true;
  }

  /** The piece moved on by another way than saving, e.g. it was scheduled. */
  advance(piece: Piece): void {
    this.piece = piece;
    this.base = textOf(piece);
    this.waiting = realChanges(this.waiting, this.base);
    this.notify();
  }

  /** End a conflict: `changes` are laid over the other's version; none means theirs is taken. */
  resolve(changes: PieceChanges): void {
    if (this.state.kind !== "conflict") return;
    const { current } = this.state;
    this.piece = current;
    this.base = textOf(current);
    this.waiting = realChanges(changes, this.base);
    if (Object.keys(this.waiting).length === 0) {
      void this.options.shelf.remove();
      this.set({ kind: "saved", at: this.clock() });
    } else {
      void this.keep();
      this.set({ kind: "editing" });
      this.later(0);
    }
  }

  /** What the writer changed, seen from the version they started on. */
  get mine(): PieceChanges {
    return { ...this.travelling, ...this.waiting };
  }

  get startedFrom(): PieceText {
    return this.base;
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.listeners.clear();
  }

  private later(delay: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.run(), delay);
  }

  private run(): Promise<void> {
    if (this.running) return this.running.then(() => (this.hasChanges ? this.run() : undefined));
    if (Object.keys(this.waiting).length === 0 || this.state.kind === "conflict") return Promise.resolve();
    this.running = this.send().finally(() => {
      this.running = null;
    });
    return this.running;
  }

  private async send(): Promise<void> {
    const sent = this.waiting;
    this.travelling = sent;
    this.waiting = {};
    this.set({ kind: "saving" });
    try {
      const piece = await this.options.save({ version: this.piece.version, ...sent });
      this.travelling = null;
      this.arrived(piece);
    } catch (error) {
      this.travelling = null;
      this.waiting = { ...sent, ...this.waiting };
      await this.failed(error);
    }
  }

  private arrived(piece: Piece): void {
    this.tries = 0;
    this.piece = piece;
    this.base = textOf(piece);
    this.waiting = realChanges(this.waiting, this.base);
    if (this.hasChanges) {
      void this.keep();
      this.set({ kind: "editing" });
      this.later(DEBOUNCE_MS);
    } else {
      void this.options.shelf.remove();
      this.set({ kind: "saved", at: this.clock() });
    }
  }

  private async failed(error: unknown): Promise<void> {
    if (error instanceof ProblemError && isStale(error)) {
      await this.conflicted(error);
    } else if (error instanceof OfflineError) {
      this.set({ kind: "offline" });
      this.again();
    } else {
      const known = error instanceof Error ? error : new Error(String(error));
      this.set({ kind: "refused", error: known });
      const temporary = error instanceof ProblemError && (error.status >= 500 || error.status === 429);
      if (temporary) this.again();
    }
  }

  private async conflicted(error: ProblemError): Promise<void> {
    try {
      const { current, merge } = error.problem;
      if (isPiece(current)) this.meet(current, isProposal(merge) ? merge : null);
      else this.meet(await this.options.reload());
    } catch {
      // A conflict whose other side cannot be read yet: try again, which conflicts again.
      this.set({ kind: "offline" });
      this.again();
    }
  }

  private meet(current: Piece, merge: MergeProposal | null = null): void {
    if (contested(this.base, this.waiting, textOf(current)).length > 0) {
      this.set({ kind: "conflict", current, merge });
      return;
    }
    this.piece = current;
    this.base = textOf(current);
    this.waiting = realChanges(this.waiting, this.base);
    if (this.hasChanges) {
      this.set({ kind: "editing" });
      this.later(0);
    } else {
      void this.options.shelf.remove();
      this.set({ kind: "saved", at: this.clock() });
    }
  }

  private again(): void {
    this.later(RETRY_MS[Math.min(this.tries, RETRY_MS.length - 1)] ?? 30_000);
    this.tries += 1;
  }

  private async keep(): Promise<void> {
    if (!this.hasChanges) return this.options.shelf.remove();
    const changes = this.mine;
    await this.options.shelf.put({
      version: this.piece.version,
      base: this.base,
      changes,
      at: this.clock().getTime(),
    });
  }

  private clock(): Date {
    return this.options.now?.() ?? new Date();
  }

  private set(state: SaveState): void {
    this.state = state;
    this.notify();
  }

  private notify(): void {
    for (const listener of this.listeners) listener();
  }
}

/** A 409 may also say that a name is taken; only a moved version is a conflict of texts. */
function isStale(error: ProblemError): boolean {
  return error.status === 409 && (isPiece(error.problem.current) || error.problem.type.endsWith("stale_version"));
}

export function isPiece(value: unknown): value is Piece {
  return typeof value === "object" && value !== null && "body" in value && "version" in value;
}
