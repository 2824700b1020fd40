import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { OfflineError, ProblemError } from "@/api/problem";
import type { Piece, PieceChanges } from "@/api/types";

import { Autosave, DEBOUNCE_MS, type Draft } from "./autosave";
import { textOf } from "./pieceText";

function makePiece(fields: Partial<Piece> = {}): Piece {
  return {
    id: 1,
    kind: "post",
    title: "A title",
    slug: "a-title",
    status: "draft",
    version: 1,
    tags: [],
    authors: [],
    campaign_id: null,
    path: "/a-title/",
    url: null,
    planned_for: null,
    publish_at: null,
    publish_zone: null,
    publish_instant: null,
    published_at: null,
    live_version: null,
    live_path: null,
    has_unpublished_changes: false,
    created_by: 1,
    created_at: "2026-11-22T10:00:00Z",
    updated_at: "2026-11-22T10:00:00Z",
    body: "one\n",
    excerpt: "",
    language: "",
    canonical_url: null,
    source_url: null,
    series: null,
    series_position: null,
    translations: [],
    unpublish_at: null,
    unpublish_zone: null,
    unpublish_instant: null,
    planned_edit: null,
    fields: {},
    cover: null,
    meta_title: "",
    meta_description: "",
    featured: false,
    ...fields,
  };
}

function conflict(current: Piece): ProblemError {
  return new ProblemError({
    type: "about:blank",
    title: "Conflict",
    status: 409,
    detail: "the piece moved on",
    errors: [],
    current,
  });
}

/** A server with one piece, and a device that keeps one draft. */
function makeDesk(piece = makePiece()) {
  let server = piece;
  let shelved: Draft | null = null;
  const answers: (() => Piece)[] = [];
  const save = vi.fn(async ({ version, ...changes }: { version: number } & PieceChanges): Promise<Piece> => {
    const answer = answers.shift();
    if (answer) return answer();
    if (version !== server.version) throw conflict(server);
    const { tags, ...rest } = changes;
    server = { ...server, ...rest, version: version + 1 };
    if (tags) server = { ...server, tags: tags.map((name, id) => ({ id, name, slug: name })) };
    return server;
  });
  const autosave = new Autosave({
    piece,
    save,
    reload: async () => server,
    shelf: {
      put: async (draft) => {
        shelved = draft;
      },
      remove: async () => {
        shelved = null;
      },
    },
  });
  return {
    autosave,
    save,
    answers,
    get server() {
      return server;
    },
    get shelved() {
      return shelved;
    },
    somebodyElseSaves(changes: Partial<Piece>) {
      server = { ...server, ...changes, version: server.version + 1 };
    },
  };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("autosave", () => {
  it("waits for a pause, then sends all changes at once", async () => {
    const desk = makeDesk();
    desk.autosave.edit({ body: "on" });
    await vi.advanceTimersByTimeAsync(DEBOUNCE_MS - 1);
    desk.autosave.edit({ body: "onward", title: "New" });
    await vi.advanceTimersByTimeAsync(DEBOUNCE_MS - 1);
    expect(desk.save).not.toHaveBeenCalled();

    await vi.advanceTimersByTimeAsync(1);

    expect(desk.save.mock.calls).toEqual([[{ version: 1, body: "onward", title: "New" }]]);
    expect(desk.autosave.state.kind).toBe("saved");
  });

  it("keeps every edit on the device until the server has it", async () => {
    const desk = makeDesk();
    desk.autosave.edit({ body: "kept" });
    await vi.advanceTimersByTimeAsync(0);
    expect(desk.shelved?.changes).toEqual({ body: "kept" });

    await vi.advanceTimersByTimeAsync(DEBOUNCE_MS);

    expect(desk.shelved).toBeNull();
  });

  it("sends nothing when the words are the same again", async () => {
    const desk = makeDesk();
    desk.autosave.edit({ body: "changed" });
    desk.autosave.edit({ body: "one\n" });
    await vi.advanceTimersByTimeAsync(DEBOUNCE_MS * 2);

    expect(desk.save).not.toHaveBeenCalled();
    expect(desk.autosave.state.kind).toBe("saved");
  });

  it("never has two requests under way, and sends what came meanwhile next", async () => {
    const desk = makeDesk();
    let finish = () => {};
    const slow = new Promise<void>((resolve) => (finish = resolve));
    desk.save.mockImplementationOnce(async ({ version, body }) => {
      await slow;
      return { ...makePiece(), body: body ?? "", version: version + 1 };
    });
    desk.autosave.edit({ body: "first" });
    await vi.advanceTimersByTimeAsync(DEBOUNCE_MS);
    desk.autosave.edit({ body: "second" });
    await vi.advanceTimersByTimeAsync(DEBOUNCE_MS * 3);
    expect(desk.save).toHaveBeenCalledTimes(1);
    expect(desk.autosave.text.body).toBe("second");

    finish();
    await vi.advanceTimersByTimeAsync(0);

    expect(desk.autosave.text.body).toBe("second");
  });

  it("says offline when the server is not reached, and saves when it is back", async () => {
    const desk = makeDesk();
    desk.answers.push(() => {
      throw new OfflineError(new TypeError("Failed to fetch"));
    });
    desk.autosave.edit({ body: "on the train" });
    await vi.advanceTimersByTimeAsync(DEBOUNCE_MS);
    expect(desk.autosave.state.kind).toBe("offline");
    expect(desk.shelved?.changes).toEqual({ body: "on the train" });

    await vi.advanceTimersByTimeAsync(2_000);

    expect(desk.autosave.state.kind).toBe("saved");
    expect(desk.server.body).toBe("on the train");
  });

  it("asks the writer when both changed the same field", async () => {
    const desk = makeDesk();
    desk.somebodyElseSaves({ body: "theirs" });
    desk.autosave.edit({ body: "mine" });
    await vi.advanceTimersByTimeAsync(DEBOUNCE_MS);

    expect(desk.autosave.state).toMatchObject({ kind: "conflict", current: { body: "theirs" } });
    expect(desk.server.body).toBe("theirs");
    expect(desk.shelved?.changes).toEqual({ body: "mine" });
  });

  it("lays changes of different fields over each other without asking", async () => {
    const desk = makeDesk();
    desk.somebodyElseSaves({ excerpt: "theirs" });
    desk.autosave.edit({ body: "mine" });
    await vi.advanceTimersByTimeAsync(DEBOUNCE_MS * 2);

    expect(desk.server).toMatchObject({ excerpt: "theirs", body: "mine" });
    expect(desk.autosave.state.kind).toBe("saved");
    expect(desk.autosave.text.excerpt).toBe("theirs");
  });

  it("takes theirs, mine or a merged text, as the writer says", async () => {
    for (const [choice, body] of [
      [{}, "theirs"],
      [{ body: "mine" }, "mine"],
      [{ body: "both" }, "both"],
    ] as const) {
      const desk = makeDesk();
      desk.somebodyElseSaves({ body: "theirs" });
      desk.autosave.edit({ body: "mine" });
      await vi.advanceTimersByTimeAsync(DEBOUNCE_MS);

      desk.autosave.resolve(choice);
      await vi.advanceTimersByTimeAsync(DEBOUNCE_MS);

      expect(desk.server.body).toBe(body);
      expect(desk.autosave.text.body).toBe(body);
      expect(desk.autosave.state.kind).toBe("saved");
      expect(desk.shelved).toBeNull();
    }
  });

  it("brings back what an earlier visit left", async () => {
    const desk = makeDesk();
    const draft: Draft = { version: 1, base: textOf(makePiece()), changes: { body: "unsaved" }, at: 0 };
    expect(desk.autosave.restore(draft)).toBe(true);
    await vi.advanceTimersByTimeAsync(0);

    expect(desk.server.body).toBe("unsaved");
  });

  it("conflicts on opening when the piece moved on since the draft", () => {
    const desk = makeDesk(makePiece({ version: 4, body: "theirs" }));
    desk.autosave.restore({ version: 3, base: textOf(makePiece()), changes: { body: "mine" }, at: 0 });

    expect(desk.autosave.state.kind).toBe("conflict");
  });

  it("forgets a draft that the server has after all", () => {
    const desk = makeDesk(makePiece({ version: 4, body: "mine" }));

    expect(desk.autosave.restore({ version: 3, base: textOf(makePiece()), changes: { body: "mine" }, at: 0 })).toBe(
      false,
    );
    expect(desk.autosave.state.kind).toBe("saved");
  });

  it("stops on a refusal, says why, and tries again with the next edit", async () => {
    const desk = makeDesk();
    desk.answers.push(() => {
      throw new ProblemError({ type: "", title: "", status: 400, detail: "the slug is taken", errors: [] });
    });
    desk.autosave.edit({ slug: "taken" });
    await vi.advanceTimersByTimeAsync(DEBOUNCE_MS * 20);
    expect(desk.autosave.state).toMatchObject({ kind: "refused", error: { message: "the slug is taken" } });
    expect(desk.save).toHaveBeenCalledTimes(1);

    desk.autosave.edit({ slug: "free" });
    await vi.advanceTimersByTimeAsync(DEBOUNCE_MS);

    expect(desk.server.slug).toBe("free");
  });

  it("flushes at once, and says whether all is saved", async () => {
    const desk = makeDesk();
    desk.autosave.edit({ body: "quick" });

    expect(await desk.autosave.flush()).toBe(true);
    expect(desk.server.body).toBe("quick");
  });
});
