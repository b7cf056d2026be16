// Messages of ours that the server has not taken yet: kept, sent in order, sent again by the same key.
import type { StoreApi } from "zustand/vanilla";
import type { MessageView } from "../../../contracts.gen";
import { keptStore } from "../../../shared/keptStore";
import { Refused, wordsFor } from "../../../shared/problem";
import { randomId } from "../../../shared/randomId";

/** sending: on its way or next; held: no answer came, it goes again by itself; refused: a person decides. */
export interface PendingMessage {
  readonly clientId: string;
  readonly conversationId: string;
  readonly body: string;
  readonly createdAt: string;
  readonly state: "sending" | "held" | "refused";
  readonly reason: string | null;
}

export interface OutboxState {
  readonly pending: readonly PendingMessage[];
}

export interface OutboxOptions {
  readonly userId: string;
  readonly send: (id: string, clientId: string, body: string) => Promise<MessageView>;
  readonly onSent: (message: MessageView) => void;
  readonly onLogIn: () => void;
}

const AGAIN_MS = 5_000; // a held message is tried again this often, and at once after a reconnect
const PASSING: ReadonlySet<number> = new Set([401, 408, 409, 425, 429]); // refused for now, not for good

export class Outbox {
  readonly store: StoreApi<OutboxState>;
  readonly #options: OutboxOptions;
  readonly #busy = new Set<string>();
  readonly #closing = new AbortController();
  #again: ReturnType<typeof setTimeout> | undefined;

  constructor(options: OutboxOptions) {
    this.#options = options;
    this.store = keptStore<OutboxState, PendingMessage>({
      name: "outbox",
      userId: options.userId,
      split: ({ pending }) => Object.fromEntries(pending.map((one) => [one.clientId, one])),
      join: (entries) => ({ pending: Object.values(entries).sort(byTime) }),
      closed: this.#closing.signal,
    });
    this.store.subscribe((now, before) => {
      // one that another tab wrote goes from here too, should that tab be closed before it is sent
      if (now.pending.length > before.pending.length) this.#plan();
    });
  }

  /** Take a message and send it when those before it in its conversation are sent. */
  add(conversationId: string, body: string): void {
    const { pending } = this.store.getState();
    const message: PendingMessage = {
      clientId: randomId(),
      conversationId,
      body,
      createdAt: timeAfter(pending.at(-1)),
      state: "sending",
      reason: null,
    };
    this.store.setState({ pending: [...pending, message] });
    void this.#run(conversationId);
  }

  /** Send a message again, with the key that it has: the server can take it only once. */
  retry(clientId: string): void {
    const message = this.#find(clientId);
    if (!message) return;
    this.#change(clientId, { state: "sending", reason: null });
    void this.#run(message.conversationId);
  }

  /** Send again all that got no answer, for example after the connection came back. */
  retryHeld(): void {
    clearTimeout(this.#again);
    for (const message of this.store.getState().pending) {
      if (message.state !== "refused") this.retry(message.clientId);
    }
  }

  /** Forget a message: it was taken by the server, or its writer deleted it. */
  remove(clientId: string): void {
    const { pending } = this.store.getState();
    const rest = pending.filter((message) => message.clientId !== clientId);
    if (rest.length < pending.length) this.store.setState({ pending: rest });
  }

  async #run(conversationId: string): Promise<void> {
    if (this.#busy.has(conversationId)) return;
    this.#busy.add(conversationId);
    try {
      for (let next = this.#next(conversationId); next; next = this.#next(conversationId)) {
        await this.#send(next);
      }
    } finally {
      this.#busy.delete(conversationId);
    }
  }

  async #send(message: PendingMessage): Promise<void> {
    try {
      const sent = await this.#options.send(message.conversationId, message.clientId, message.body);
      this.#options.onSent(sent);
      this.remove(message.clientId);
    } catch (error) {
      const status = error instanceof Refused ? error.problem.status : 0;
      if (status === 401) this.#options.onLogIn();
      const refused = status >= 400 && status < 500 && !PASSING.has(status);
      this.#change(message.clientId, {
        state: refused ? "refused" : "held",
        reason: wordsFor(error),
      });
      if (!refused) this.#hold(message.conversationId, wordsFor(error));
    }
  }

  /** Leave: nothing is sent any more; what is kept goes when the person is back. */
  close(): void {
    this.#closing.abort();
    clearTimeout(this.#again);
  }

  /** Those behind a held message wait with it, so that the order stays. */
  #hold(conversationId: string, reason: string): void {
    const pending = this.store
      .getState()
      .pending.map((message) =>
        message.conversationId === conversationId && message.state === "sending"
          ? { ...message, state: "held" as const, reason }
          : message,
      );
    this.store.setState({ pending });
    this.#plan();
  }

  #plan(): void {
    clearTimeout(this.#again);
    if (this.#closing.signal.aborted) return;
    this.#again = setTimeout(() => this.retryHeld(), AGAIN_MS);
  }

  #next(conversationId: string): PendingMessage | undefined {
    return this.store
      .getState()
      .pending.find((one) => one.conversationId === conversationId && one.state === "sending");
  }

  #find(clientId: string): PendingMessage | undefined {
    return this.store.getState().pending.find((message) => message.clientId === clientId);
  }

  #change(clientId: string, change: Partial<PendingMessage>): void {
    const pending = this.store
      .getState()
      .pending.map((one) => (one.clientId === clientId ? { ...one, ...change } : one));
    this.store.setState({ pending });
  }
}

function byTime(a: PendingMessage, b: PendingMessage): number {
  return a.createdAt < b.createdAt ? -1 : a.createdAt > b.createdAt ? 1 : 0;
}

/** Return the time now, or just after that message: the order by time is the order of writing. */
function timeAfter(before: PendingMessage | undefined): string {
  const least = before ? Date.parse(before.createdAt) + 1 : 0;
  return new Date(Math.max(Date.now(), least)).toISOString();
}
