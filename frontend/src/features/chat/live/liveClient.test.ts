import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { CONVERSATION, created, makeMessage } from "../../../testing/builders";
import { FakeServer } from "../../../testing/FakeServer";
import { chatApi } from "../chatApi";
import { LiveClient } from "./liveClient";
import { type LiveStore, makeLiveStore } from "./liveStore";

let server: FakeServer;
let store: LiveStore;
let client: LiveClient;
const onLogIn = vi.fn();

const log = () => store.getState().logs[CONVERSATION];
const seqs = () => log()?.messages.map(({ seq }) => seq);
const socket = () => {
  const last = server.sockets.at(-1);
  if (!last) throw new Error("no socket");
  return last;
};
const hellos = () => server.sockets.flatMap(({ hellos: said }) => said).length;
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

beforeEach(async () => {
  vi.useFakeTimers();
  server = new FakeServer();
  vi.stubGlobal("fetch", server.fetch);
  server.add({ id: CONVERSATION }, [{}, {}]);
  store = makeLiveStore("ana");
  client = new LiveClient({
    store,
    api: chatApi,
    socket: { url: "ws://fake/ws", WebSocket: server.WebSocket, random: () => 0.5 },
    onLogIn,
  });
  await client.start();
  await client.load(CONVERSATION);
  await pass(10);
});

afterEach(() => {
  client.close();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** A message that the server has, but whose frame never came. */
function lose(seq: number): void {
  const conversation = server.conversations.get(CONVERSATION);
  conversation?.messages.push(makeMessage({ seq, id: `${CONVERSATION}-${seq}` }));
  if (conversation) conversation.view = { ...conversation.view, last_seq: seq };
}

describe("the live client", () => {
  it("says hello with the number it knows of every conversation", () => {
    expect(socket().hellos).toEqual([{ [CONVERSATION]: 2 }]);
    expect(store.getState().connection).toEqual({ phase: "live", caughtUp: null });
  });

  it("waits 500 ms at a hole, then says hello again and fills it", async () => {
    lose(3);
    server.push(created(4, { id: `${CONVERSATION}-4` }));
    await pass(490);
    expect([seqs(), hellos()]).toEqual([[1, 2], 1]);
    await pass(20);
    expect([seqs(), hellos()]).toEqual([[1, 2, 3, 4], 2]);
  });

  it("says no hello when the missing frame comes late", async () => {
    server.push(created(4));
    server.push(created(3));
    await pass(2000);
    expect([seqs(), hellos()]).toEqual([[1, 2, 3, 4], 1]);
  });

  it("sees by a ping what it missed", async () => {
    lose(3);
    server.push({ type: "ping", heads: server.heads() });
    await pass(600);
    expect(seqs()).toEqual([1, 2, 3]);
  });

  it("reads the conversation anew after a reset", async () => {
    for (let seq = 3; seq < 300; seq += 1) lose(seq);
    server.push({ type: "reset", conversation: CONVERSATION, head: 299 });
    await pass(600);
    expect([log()?.seq, log()?.stale, seqs()?.at(-1)]).toEqual([299, false, 299]);
  });

  it("reads by HTTP a hole that no hello fills", async () => {
    server.push({ type: "ping", heads: { [CONVERSATION]: 7 } });
    const readings = () => server.calls.filter((call) => call.endsWith("/messages")).length;
    await pass(1_100);
    expect([hellos(), readings()]).toEqual([3, 1]);
    await pass(10_000);
    expect([hellos(), readings()]).toEqual([3, 2]);
  });

  it("takes up a conversation that it did not know", async () => {
    server.add({ id: "c-2" }, [{}]);
    server.push({ type: "ping", heads: server.heads() });
    await pass(10);
    expect(store.getState().logs["c-2"]?.seq).toBe(1);
  });

  it.each([1001, 1006, 1012, 1013, 4408, 4410, 4429])(
    "connects again after %i and has what was missed, once",
    async (code) => {
      socket().drop(code);
      lose(3);
      expect(store.getState().connection.phase).toBe("waiting");
      await pass(300);
      expect([seqs(), server.sockets.length]).toEqual([[1, 2, 3], 2]);
      expect(store.getState().connection).toEqual({ phase: "live", caughtUp: 0 });
    },
  );

  it.each([1009, 4400, 4403, 4409])("stops after %i and says so", async (code) => {
    socket().drop(code);
    await pass(60_000);
    expect(store.getState().connection).toEqual({ phase: "stopped", code });
    expect(server.sockets).toHaveLength(1);
    client.tryNow();
    await pass(10);
    expect(store.getState().connection.phase).toBe("live");
  });

  it("asks for a login after 4401", async () => {
    socket().drop(4401);
    await pass(60_000);
    expect(onLogIn).toHaveBeenCalledOnce();
    expect(server.sockets).toHaveLength(1);
  });

  it("gives up after 55 s of silence, and a ping is no silence", async () => {
    await pass(50_000);
    server.push({ type: "ping", heads: {} });
    await pass(50_000);
    expect(server.sockets).toHaveLength(1);
    await pass(6_000);
    expect(server.sockets).toHaveLength(2);
  });

  it("ends its wait at once when asked", async () => {
    server.reachable = false;
    socket().drop(1006);
    await pass(20_000);
    server.reachable = true;
    const before = server.sockets.length;
    client.tryNow();
    await pass(10);
    expect(server.sockets.length).toBe(before + 1);
    expect(store.getState().connection.phase).toBe("live");
  });

  it("tells the server once what was read in a burst", async () => {
    server.push(created(3, { author: "ben" }));
    server.push(created(4, { author: "ben" }));
    client.markRead(CONVERSATION);
    client.markRead(CONVERSATION);
    expect(log()?.unread).toBe(0);
    await pass(500);
    expect(server.calls.filter((call) => call.endsWith("/read"))).toHaveLength(1);
  });
});
