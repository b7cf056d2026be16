import { describe, expect, it } from "vitest";
import type { MessageView } from "../../../contracts.gen";
import { makeBot, makeMessage, makeTurn, makeUser, makeView } from "../../../testing/builders";
import { type ConversationLog, logFromView } from "../live/conversationLog";
import type { PendingMessage } from "../outbox/outbox";
import { botsWithQueue, buildTimeline } from "./buildTimeline";

const at = (minute: number) => new Date(2026, 10, 22, 10, minute).toISOString();

function makeLog(messages: Partial<MessageView>[], view = makeView()): ConversationLog {
  const all = messages.map((message, index) => makeMessage({ seq: index + 1, ...message }));
  return { ...logFromView(view), loaded: true, messages: all };
}

function rowsOf(
  log: ConversationLog,
  { pending = [], newAfter = null }: { pending?: PendingMessage[]; newAfter?: number | null } = {},
) {
  return buildTimeline({ log, pending, me: "ana", newAfter });
}

function makePending(change: Partial<PendingMessage> = {}): PendingMessage {
  return {
    clientId: "key-1",
    conversationId: "c-1",
    body: "on its way",
    createdAt: at(1),
    state: "sending",
    reason: null,
    ...change,
  };
}

describe("grouping", () => {
  it.each([
    [
      "one author within five minutes",
      [{ created_at: at(0) }, { created_at: at(4) }],
      [true, false],
    ],
    ["one author after five minutes", [{ created_at: at(0) }, { created_at: at(6) }], [true, true]],
    ["another author", [{ created_at: at(0) }, { created_at: at(1), author: "ben" }], [true, true]],
  ])("%s", (_name, messages, heads) => {
    const rows = rowsOf(makeLog(messages)).filter((row) => row.kind === "message");
    expect(rows.map((row) => row.heads)).toEqual(heads);
  });

  it("draws a line for each day", () => {
    const log = makeLog([
      { created_at: "2026-11-20T12:00:00Z" },
      { created_at: "2026-11-22T12:00:00Z" },
    ]);
    expect(rowsOf(log).map(({ kind }) => kind)).toEqual(["day", "message", "day", "message"]);
  });
});

describe("the line before what is new", () => {
  it("stands before the first new message of another person, once", () => {
    const log = makeLog([{}, { author: "ana" }, { author: "ben" }, { author: "ben" }]);
    const kinds = rowsOf(log, { newAfter: 1 }).map(({ kind }) => kind);
    expect(kinds).toEqual(["day", "message", "message", "unread", "message", "message"]);
  });
});

describe("quotes", () => {
  const question = { author: "ana", created_at: at(0) };
  const answer = { author: "daisy", in_reply_to: "m-1", created_at: at(1) };
  it.each([
    ["an answer right below its question has none", [question, answer], null],
    ["an answer below something else has one", [question, { author: "ben" }, answer], "m-1"],
    ["the second answer right below the first has none", [question, answer, answer], null],
    ["an answer to what is not here says so", [{ ...answer, in_reply_to: "m-0" }], "elsewhere"],
  ])("%s", (_name, messages, expected) => {
    const last = rowsOf(makeLog(messages)).findLast((row) => row.kind === "message");
    const quote = last?.kind === "message" ? last.quote : null;
    expect(quote ? (quote.message?.id ?? "elsewhere") : null).toBe(expected);
  });

  it("say when the answer came late", () => {
    const log = makeLog([question, {}, { ...answer, created_at: at(125) }]);
    const last = rowsOf(log).findLast((row) => row.kind === "message");
    expect(last?.kind === "message" && last.quote?.lateMs).toBe(125 * 60_000);
  });

  it.each([
    ["late after a repair", { late_seconds: 90 }, 90_000],
    ["written by hand", { by_hand: "ben" }, null],
  ])("stand on an answer %s, right below its question too", (_name, repaired, late) => {
    const last = rowsOf(makeLog([question, { ...answer, ...repaired }])).at(-1);
    expect(last?.kind === "message" && last.quote?.message?.id).toBe("m-1");
    expect(last?.kind === "message" && last.quote?.lateMs).toBe(late);
  });
});

describe("messages on their way", () => {
  it("stand last, and not beside the same message once it is there", () => {
    expect(rowsOf(makeLog([{}]), { pending: [makePending()] }).at(-1)?.kind).toBe("pending");
    const taken = makeLog([{ client_id: "key-1" }]);
    expect(rowsOf(taken, { pending: [makePending()] }).at(-1)?.kind).toBe("message");
  });

  it("keep their key, so that the bubble stays the same", () => {
    const before = rowsOf(makeLog([]), { pending: [makePending()] }).at(-1)?.key;
    const after = rowsOf(makeLog([{ client_id: "key-1" }])).at(-1)?.key;
    expect(before).toBe(after);
  });

  it("are not hidden by another person's message with the same key", () => {
    const log = makeLog([{ author: "ben", client_id: "key-1" }]);
    expect(rowsOf(log, { pending: [makePending()] }).at(-1)?.kind).toBe("pending");
  });
});

describe("notes", () => {
  it("stand below the question of a turn that failed or was stopped", () => {
    const turn = makeTurn({ state: "parked", answers: ["m-1"] });
    const log: ConversationLog = {
      ...makeLog([{}, {}], makeView({ turns: [turn] })),
      stopped: [{ id: "t-2", bot: "daisy", end: "cancelled", answers: ["m-2"], at: at(0) }],
    };
    const kinds = rowsOf(log).map(({ kind }) => kind);
    expect(kinds).toEqual(["day", "message", "failed", "message", "stopped"]);
  });

  it("of a turn that is tried again keep their place and key, and hold no newer question", () => {
    const turn = makeTurn({ state: "running", reference: "W-1", answers: ["m-1"] });
    const log = makeLog([{}, {}], makeView({ turns: [turn] }));
    const parked = makeTurn({ ...turn, state: "parked" });
    const before = rowsOf(makeLog([{}, {}], makeView({ turns: [parked] })));
    expect(rowsOf(log).map(({ key }) => key)).toEqual(before.map(({ key }) => key));
    expect(botsWithQueue(log)).toEqual([]);
  });
});

describe("questions that wait", () => {
  const running = makeTurn({ answers: ["m-1"] });
  it("are counted in a direct conversation", () => {
    const log = makeLog([{}, {}, {}], makeView({ turns: [running] }));
    expect(botsWithQueue(log)).toEqual([{ bot: "daisy", waiting: 2 }]);
  });

  it("are only those that mention the bot in a group", () => {
    const view = makeView({ kind: "group", turns: [running], members: [makeUser(), makeBot()] });
    const log = makeLog(
      [{}, { body: "nothing" }, { body: "and @daisy?" }, { body: "@daisy-two" }],
      view,
    );
    expect(botsWithQueue(log)).toEqual([{ bot: "daisy", waiting: 1 }]);
  });

  it("are none while nothing runs", () => {
    expect(botsWithQueue(makeLog([{}, {}]))).toEqual([]);
  });
});
