// Keeps the live store true: reads the list, says hello, fills holes, reads anew what went stale.
import type { ServerFrame } from "../../../contracts.gen";
import type { ChatApi } from "../chatApi";
import { applyRead, forgetHead } from "./applyFrame";
import { withNewestPage, withOlderPage, withoutOldest } from "./applyPages";
import { isBehind } from "./conversationLog";
import { LiveSocket, type SocketOptions } from "./liveSocket";
import { changeLog, type LiveStore, putFrame, putView } from "./liveStore";

const HOLE_WAIT_MS = 500; // frames may overtake each other this long before a hole is a loss
const HELLOS_BEFORE_READING = 2; // a hole that two hellos did not fill is read by HTTP
const READ_AGAIN_MS = 2_000; // pause after a failed reading
const MARK_READ_MS = 400; // one "read" call for a burst of messages
const CAUGHT_UP_MS = 4_000; // how long "caught up" is shown
const KEPT_MESSAGES = 300; // of a conversation that nobody looks at

export interface LiveClientOptions {
  readonly store: LiveStore;
  readonly api: ChatApi;
  readonly socket: SocketOptions;
  readonly onLogIn: () => void;
  readonly onLive?: () => void;
}

export class LiveClient {
  readonly #options: LiveClientOptions;
  readonly #store: LiveStore;
  readonly #api: ChatApi;
  readonly #reading = new Map<string, Promise<void>>();
  readonly #meeting = new Set<string>();
  readonly #hellos = new Map<string, number>();
  readonly #marks = new Map<string, ReturnType<typeof setTimeout>>();
  readonly #timers = new Set<ReturnType<typeof setTimeout>>();
  #socket: LiveSocket | null = null;
  #holeTimer: ReturnType<typeof setTimeout> | undefined;
  #seenBefore: number | null = null;
  #lostOnce = false;
  #closed = false;

  constructor(options: LiveClientOptions) {
    this.#options = options;
    this.#store = options.store;
    this.#api = options.api;
  }

  /** Read the list and connect. Fails when the list cannot be read; may be called again then. */
  async start(): Promise<void> {
    let cursor: string | null = null;
    do {
      const page = await this.#api.conversations(cursor);
      for (const view of page.items) putView(this.#store, view);
      cursor = page.next_cursor;
    } while (cursor && !this.#closed);
    this.#store.setState({ listed: true });
    if (this.#closed || this.#socket) return;
    this.#socket = new LiveSocket(this.#options.socket, {
      onOpen: () => this.#opened(),
      onFrame: (frame) => this.#heard(frame),
      onLost: (after, code, retryAt) => this.#lost(after, code, retryAt),
    });
  }

  /** Leave: no call, timer or socket stays. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#holeTimer);
    for (const timer of [...this.#marks.values(), ...this.#timers]) clearTimeout(timer);
    this.#socket?.close();
  }

  /** Connect now instead of when the wait is over. */
  tryNow(): void {
    if (this.#store.getState().connection.phase !== "live") this.#socket?.tryNow();
  }

  /** The browser has a network again: whatever the old connection looks like, make a new one. */
  cameOnline(): void {
    this.#socket?.restart();
  }

  /** Note that the browser has lost its network, so the wait is not for the server. */
  wentOffline(): void {
    this.#store.setState({ connection: { phase: "offline" } });
  }

  /** Read a conversation and its newest page; calls that overlap share one reading. */
  load(id: string): Promise<void> {
    const running = this.#reading.get(id);
    if (running) return running;
    const reading = this.#read(id).finally(() => this.#reading.delete(id));
    this.#reading.set(id, reading);
    return reading;
  }

  /** Read the page before the first message here. Does nothing when there is none. */
  async loadOlder(id: string): Promise<void> {
    const asked = this.#store.getState().logs[id];
    if (!asked?.older) return;
    const page = await this.#api.messages(id, asked.older);
    changeLog(this.#store, id, (log) => withOlderPage(log, asked, page));
  }

  /** Everything here has been seen: say so here at once and to the server soon. */
  markRead(id: string): void {
    const log = this.#store.getState().logs[id];
    if (!log || (log.readSeq >= log.seq && log.unread === 0)) return;
    const seq = log.seq;
    changeLog(this.#store, id, (known) => applyRead(known, seq));
    clearTimeout(this.#marks.get(id));
    this.#marks.set(
      id,
      setTimeout(() => {
        this.#marks.delete(id);
        this.#api.read(id, seq).catch(() => {}); // unread again at the next reading: no harm
      }, MARK_READ_MS),
    );
  }

  /** Nobody looks at this conversation now: keep only its newest messages. */
  leave(id: string): void {
    changeLog(this.#store, id, (log) => withoutOldest(log, KEPT_MESSAGES));
  }

  async #read(id: string): Promise<void> {
    // the view first: then the page has every message up to the view's last_seq
    const head = this.#store.getState().logs[id]?.head ?? 0;
    const view = await this.#api.conversation(id);
    if (!this.#store.getState().logs[id]) putView(this.#store, view);
    const page = await this.#api.messages(id, null);
    changeLog(this.#store, id, (log, me) => forgetHead(withNewestPage(log, view, page, me), head));
    this.#hellos.delete(id);
    this.#watchHoles();
  }

  #opened(): void {
    this.#store.setState({ connection: { phase: "catching-up" } });
    this.#seenBefore = this.#countUnread();
    this.#hello();
  }

  #hello(): void {
    const { logs } = this.#store.getState();
    const conversations = Object.fromEntries(Object.values(logs).map(({ id, seq }) => [id, seq]));
    this.#socket?.send({ type: "hello", conversations });
  }

  #heard(frame: ServerFrame): void {
    const unknown = putFrame(this.#store, frame, Date.now());
    for (const id of unknown) void this.#meet(id);
    if (frame.type === "welcome") this.#welcomed();
    this.#watchHoles();
  }

  #welcomed(): void {
    this.#socket?.settle();
    if (this.#store.getState().connection.phase === "live") return; // a hello on a living socket
    const news = Math.max(0, this.#countUnread() - (this.#seenBefore ?? 0));
    const caughtUp = this.#lostOnce ? news : null;
    this.#store.setState({ connection: { phase: "live", caughtUp } });
    if (caughtUp !== null) {
      this.#later(CAUGHT_UP_MS, () => {
        if (this.#store.getState().connection.phase !== "live") return;
        this.#store.setState({ connection: { phase: "live", caughtUp: null } });
      });
    }
    this.#options.onLive?.();
  }

  #lost(after: "retry" | "log-in" | "stop", code: number, retryAt: number): void {
    if (this.#closed) return;
    this.#lostOnce = true;
    if (after === "log-in") this.#options.onLogIn();
    if (after !== "retry") this.#store.setState({ connection: { phase: "stopped", code } });
    else if (navigator.onLine === false) this.wentOffline();
    else this.#store.setState({ connection: { phase: "waiting", retryAt } });
  }

  /** A conversation was named that is not known here. */
  async #meet(id: string): Promise<void> {
    if (this.#meeting.has(id)) return;
    this.#meeting.add(id);
    await this.#api
      .conversation(id)
      .then((view) => putView(this.#store, view))
      .catch(() => {}) // not ours any more, or no network: the next ping names it again
      .finally(() => this.#meeting.delete(id));
  }

  #watchHoles(): void {
    if (this.#holeTimer !== undefined || this.#closed || this.#behind().length === 0) return;
    this.#holeTimer = setTimeout(() => {
      this.#holeTimer = undefined;
      this.#fillHoles();
    }, HOLE_WAIT_MS);
  }

  #fillHoles(): void {
    const behind = this.#behind();
    for (const id of this.#hellos.keys()) if (!behind.includes(id)) this.#hellos.delete(id);
    let hello = false;
    for (const id of behind) {
      const tries = this.#hellos.get(id) ?? 0;
      const stale = this.#store.getState().logs[id]?.stale === true;
      if (stale || tries >= HELLOS_BEFORE_READING) {
        this.load(id).catch(() => this.#later(READ_AGAIN_MS, () => this.#watchHoles()));
        continue;
      }
      this.#hellos.set(id, tries + 1);
      hello = true;
    }
    if (!hello) return;
    this.#hello();
    this.#watchHoles();
  }

  #behind(): readonly string[] {
    const logs = Object.values(this.#store.getState().logs);
    return logs.filter((log) => log.stale || isBehind(log)).map(({ id }) => id);
  }

  #countUnread(): number {
    return Object.values(this.#store.getState().logs).reduce((sum, log) => sum + log.unread, 0);
  }

  #later(delayMs: number, act: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      act();
    }, delayMs);
    this.#timers.add(timer);
  }
}
