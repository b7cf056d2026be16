// Whatever order frames, losses, repeats, readings and reconnects come in: the client ends with the
// server's list, and at no moment shows a hole as continuous.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ConversationView, LoggedEvent, PageMessageView } from "../../../contracts.gen";
import { type Happening, ModelConversation, wordOf } from "../../../testing/ModelConversation";
import { applyFrame, applyHead, applyReset, applySent } from "./applyFrame";
import { withNewestPage, withOlderPage, withoutOldest, withView } from "./applyPages";
import { type ConversationLog, isBehind, logFromView } from "./conversationLog";

const PAGE = 5;
const RESET_AFTER = 12;

const happening = fc.record({
  kind: fc.constantFrom(
    "person",
    "bot",
    "edit",
    "start",
    "fail",
    "again",
    "end",
    "dismiss",
    "restore",
  ),
  pick: fc.nat(50),
}) as fc.Arbitrary<Happening>;

const move = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant("happen" as const), what: happening }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant("deliver" as const), pick: fc.nat(50) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("repeat" as const), pick: fc.nat(200) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("lose" as const), pick: fc.nat(50) }) },
  ...(
    [
      "cut",
      "hello",
      "ping",
      "askView",
      "answerPage",
      "list",
      "older",
      "askOlder",
      "answerOlder",
      "trim",
      "sent",
    ] as const
  ).map((name) => ({
    weight: name.includes("Page") || name.includes("View") ? 3 : 1,
    arbitrary: fc.record({ do: fc.constant(name) }),
  })),
);
type Move = typeof move extends fc.Arbitrary<infer T> ? T : never;

/** The client and the way between: frames on their way may overtake, repeat and get lost. */
class World {
  readonly server = new ModelConversation();
  client: ConversationLog;
  #onTheWay: LoggedEvent[] = [];
  #asked: ConversationView | null = null;
  #olderAsked: { readonly log: ConversationLog; readonly page: PageMessageView } | null = null;

  constructor(before: readonly Happening[], opened: boolean) {
    for (const what of before) this.server.happen(what);
    this.client = logFromView(this.server.view());
    if (opened) this.open();
  }

  open(): void {
    const view = this.server.view();
    this.client = withNewestPage(this.client, view, this.server.page(PAGE, null), "ana");
  }

  make(step: Move): void {
    switch (step.do) {
      case "happen":
        this.server.happen(step.what);
        this.#onTheWay.push(...this.server.log.slice(-1));
        return;
      case "deliver":
        this.#take(this.#onTheWay.splice(step.pick % Math.max(1, this.#onTheWay.length), 1));
        return;
      case "repeat":
        this.#take(this.server.log.slice(step.pick % Math.max(1, this.server.head)).slice(0, 1));
        return;
      case "lose":
        this.#onTheWay.splice(step.pick % Math.max(1, this.#onTheWay.length), 1);
        return;
      case "cut":
        this.#onTheWay = [];
        return;
      default:
        this.#read(step.do);
    }
  }

  #read(what: Exclude<Move["do"], "happen" | "deliver" | "repeat" | "lose" | "cut">): void {
    const { server } = this;
    switch (what) {
      case "hello":
        this.hello();
        return;
      case "ping":
        this.client = applyHead(this.client, server.head);
        return;
      case "askView":
        this.#asked = server.view();
        return;
      case "answerPage": // the page is read later than its view
        if (!this.#asked) return;
        this.client = withNewestPage(this.client, this.#asked, server.page(PAGE, null), "ana");
        this.#asked = null;
        return;
      case "list":
        this.client = withView(this.client, server.view(), "ana");
        return;
      case "older":
        this.older();
        return;
      case "askOlder": {
        const cursor = this.client.older;
        this.#olderAsked = cursor ? { log: this.client, page: server.page(PAGE, cursor) } : null;
        return;
      }
      case "answerOlder": // the page is taken up later than it is read
        if (!this.#olderAsked) return;
        this.client = withOlderPage(this.client, this.#olderAsked.log, this.#olderAsked.page);
        this.#olderAsked = null;
        return;
      case "trim":
        if (this.client.loaded) this.client = withoutOldest(this.client, PAGE);
        return;
      case "sent": {
        const mine = server.messages.findLast(({ author }) => author === "ana");
        if (mine && mine.seq > this.client.seq) this.client = applySent(this.client, mine);
      }
    }
  }

  hello(): void {
    const missed = this.server.missed(this.client.seq, RESET_AFTER);
    if (missed) this.#take(missed);
    else this.client = applyReset(this.client, this.server.head);
  }

  older(): void {
    const cursor = this.client.older;
    if (!cursor) return;
    this.client = withOlderPage(this.client, this.client, this.server.page(PAGE, cursor));
  }

  /** What the live client does until all is well: hello for holes, reading anew for what is stale. */
  settle(): void {
    this.client = applyHead(this.client, this.server.head);
    if (isBehind(this.client)) this.hello();
    if (this.client.stale || !this.client.loaded) this.open();
  }

  #take(frames: readonly LoggedEvent[]): void {
    for (const frame of frames) this.client = applyFrame(this.client, frame, "ana", 0);
  }
}

/** Within what the client says it knows, its messages are the server's, from its first to its seq. */
function expectNoHole({ server, client }: World): void {
  const first = client.messages[0]?.seq ?? Number.POSITIVE_INFINITY;
  const shown = client.messages.filter(({ seq }) => seq <= client.seq).map(({ id }) => id);
  const real = server.messages.filter(({ seq }) => seq >= first && seq <= client.seq);
  expect(shown).toEqual(real.map(({ id }) => id));
}

function expectSettled(world: World): void {
  const { server, client } = world;
  const first = client.messages[0]?.seq ?? 0;
  expect(client.seq).toBe(server.head);
  expect(client.ahead).toEqual([]);
  expect(client.messages).toEqual(server.messages.filter(({ seq }) => seq >= first));
  expect(
    Object.fromEntries(Object.values(client.turns).map((turn) => [turn.id, wordOf(turn)])),
  ).toEqual(server.openTurns);
  expect(client.lastMessage?.seq).toBe(server.messages.at(-1)?.seq);
}

describe("the log of a conversation", () => {
  it("equals the server's list after any order, repeat, loss, reading and reconnect", () => {
    fc.assert(
      fc.property(
        fc.array(happening, { maxLength: 30 }),
        fc.array(move, { maxLength: 80 }),
        fc.boolean(),
        (before, moves, opened) => {
          const world = new World(before, opened);
          for (const step of moves) {
            world.make(step);
            if (world.client.loaded) expectNoHole(world);
          }
          world.settle();
          expectSettled(world);
        },
      ),
      { numRuns: 3000 },
    );
  });

  it("reads all the way back to the first message", () => {
    fc.assert(
      fc.property(fc.array(happening, { minLength: 20, maxLength: 60 }), (before) => {
        const world = new World(before, true);
        world.settle();
        for (let i = 0; i < 60 && world.client.older; i += 1) world.older();
        expect(world.client.messages).toEqual(world.server.messages);
      }),
      { numRuns: 100 },
    );
  });

  it("is the same after every frame twice as after every frame once", () => {
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 40 }), (happenings) => {
        const world = new World([], true);
        for (const what of happenings) world.server.happen(what);
        const once = world.server.log.reduce(
          (log, f) => applyFrame(log, f, "ana", 0),
          world.client,
        );
        const twice = world.server.log
          .flatMap((f) => [f, f])
          .reduce((log, f) => applyFrame(log, f, "ana", 0), world.client);
        expect(twice).toEqual(once);
      }),
    );
  });
});
