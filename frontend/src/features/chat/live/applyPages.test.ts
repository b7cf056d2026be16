import { describe, expect, it } from "vitest";
import { created, makeMessage, makeView, started } from "../../../testing/builders";
import { applyFrame } from "./applyFrame";
import { withNewestPage, withOlderPage, withoutOldest, withView } from "./applyPages";
import { type ConversationLog, logFromView } from "./conversationLog";

const seqs = (log: ConversationLog) => log.messages.map(({ seq }) => seq);
const messages = (...all: number[]) => all.map((seq) => makeMessage({ seq }));
const page = (items: number[], next: string | null = null) => ({
  items: messages(...items),
  next_cursor: next,
});

function opened(items: number[], next: string | null = null): ConversationLog {
  const view = makeView({ last_seq: items.at(-1) ?? 0 });
  return withNewestPage(logFromView(view), view, page(items, next), "ana");
}

function edited(log: ConversationLog, seq: number, of: number): ConversationLog {
  const message = makeMessage({ seq: of, body: `edited at ${seq}` });
  const frame = { type: "message.updated" as const, conversation: log.id, seq, message };
  return applyFrame(log, frame, "ana", 0);
}

describe("the newest page", () => {
  it("keeps what is before it when nothing can have been missed", () => {
    const log = withNewestPage(opened([1, 2, 3]), makeView({ last_seq: 3 }), page([3], "3"), "ana");
    expect(seqs(log)).toEqual([1, 2, 3]);
    expect(log.older).toBeNull();
  });

  it("drops what is before it when the page begins beyond a gap", () => {
    const log = withNewestPage(opened([1, 2]), makeView({ last_seq: 2 }), page([8, 9], "8"), "ana");
    expect(seqs(log)).toEqual([8, 9]);
    expect(log.older).toBe("8");
  });

  it("drops what is before it when an edit of that may have been missed", () => {
    const log = withNewestPage(opened([1, 2, 3]), makeView({ last_seq: 4 }), page([3], "3"), "ana");
    expect(seqs(log)).toEqual([3]);
  });

  it("keeps messages that came by the socket while it was read", () => {
    const before = applyFrame(logFromView(makeView({ last_seq: 1 })), created(2), "ben", 0);
    const log = withNewestPage(before, makeView({ last_seq: 1 }), page([1]), "ben");
    expect(seqs(log)).toEqual([1, 2]);
    expect(log.seq).toBe(2);
  });

  it("does not undo an edit that came after its view was read", () => {
    const log = withNewestPage(
      edited(opened([1]), 2, 1),
      makeView({ last_seq: 1 }),
      page([1]),
      "ana",
    );
    expect(log.messages[0]?.body).toBe("edited at 2");
  });

  it("is not undone by an edit that is older than its view", () => {
    const items = [makeMessage({ seq: 1, body: "edited at 3" })];
    const log = withNewestPage(
      edited(opened([1]), 2, 1),
      makeView({ last_seq: 3 }),
      { items, next_cursor: null },
      "ana",
    );
    expect(log.messages[0]?.body).toBe("edited at 3");
  });
});

describe("an older page", () => {
  it("goes before what is here", () => {
    const log = opened([5, 6], "5");
    const after = withOlderPage(log, log, page([3, 4], "3"));
    expect(seqs(after)).toEqual([3, 4, 5, 6]);
    expect(after.older).toBe("3");
  });

  it("is ignored when it was asked for at another place", () => {
    const asked = opened([5, 6], "5");
    const moved = withOlderPage(asked, asked, page([3, 4], "3"));
    expect(withOlderPage(moved, asked, page([3, 4], "3"))).toBe(moved);
  });

  it("does not undo an edit that came while it was read", () => {
    const asked = opened([5, 6], "5");
    const after = withOlderPage(edited(asked, 7, 4), asked, page([3, 4], "3"));
    expect(after.messages.find(({ seq }) => seq === 4)?.body).toBe("edited at 7");
  });

  it("is not undone by an edit that came before it was asked for", () => {
    const asked = edited(opened([5, 6], "5"), 7, 4);
    const items = [makeMessage({ seq: 4, body: "edited at 8" })];
    const after = withOlderPage(asked, asked, { items, next_cursor: null });
    expect(after.messages[0]?.body).toBe("edited at 8");
  });
});

describe("a view alone", () => {
  it("moves the number only where no messages are shown", () => {
    const view = makeView({ last_seq: 9 });
    expect(withView(logFromView(makeView({ last_seq: 2 })), view, "ana").seq).toBe(9);
    const shown = withView(opened([1, 2]), view, "ana");
    expect([shown.seq, shown.head]).toEqual([2, 9]);
  });

  it("that is older than ours changes no turn", () => {
    const log = applyFrame(opened([1]), started(2), "ana", 0);
    expect(Object.keys(withView(log, makeView({ last_seq: 1 }), "ana").turns)).toEqual(["t-1"]);
  });
});

it("forgetting the oldest leaves the way back to them", () => {
  const log = withoutOldest(opened([1, 2, 3]), 2);
  expect(seqs(log)).toEqual([2, 3]);
  expect(log.older).toBe("2");
});
