// One conversation as the server has it, for property tests: a gapless log, and answers from it.
import type {
  ConversationView,
  LoggedEvent,
  MessageView,
  PageMessageView,
  TurnView,
} from "../contracts.gen";
import { created, ended, failed, makeMessage, makeTurn, makeView, started } from "./builders";

/** What happens next at the server; who and which are picked by the number. */
export type Happening = {
  readonly kind:
    | "person"
    | "bot"
    | "edit"
    | "start"
    | "fail"
    | "again"
    | "end"
    | "dismiss"
    | "restore";
  readonly pick: number;
};

export class ModelConversation {
  readonly log: LoggedEvent[] = [];
  readonly #messages: MessageView[] = [];
  readonly #turns = new Map<string, TurnView>();
  #dismissed: TurnView | null = null;

  get head(): number {
    return this.log.length;
  }

  get messages(): readonly MessageView[] {
    return this.#messages;
  }

  get openTurns(): Record<string, string> {
    return Object.fromEntries([...this.#turns].map(([id, turn]) => [id, wordOf(turn)]));
  }

  /** Let something happen; what is not possible now becomes a person's message. */
  happen({ kind, pick }: Happening): void {
    const seq = this.head + 1;
    const turn = [...this.#turns.values()][pick % Math.max(1, this.#turns.size)];
    const message = this.#messages[pick % Math.max(1, this.#messages.length)];
    if (kind === "edit" && message) this.#edit(seq, message);
    else if (kind === "start") this.#start(seq);
    else if (kind === "fail" && turn?.state === "running") this.#fail(seq, turn);
    else if (kind === "again" && turn?.state === "parked") this.#again(seq, turn);
    else if (kind === "end" && turn) this.#end(seq, turn.id, "done");
    else if (kind === "dismiss" && turn?.state === "parked") this.#dismiss(seq, turn);
    else if (kind === "restore" && this.#dismissed) this.#fail(seq, this.#dismissed);
    else this.#say(seq, kind === "bot" ? "daisy" : pick % 2 ? "ana" : "ben");
  }

  /** What GET conversations/{id} answers now. */
  view(): ConversationView {
    return makeView({
      last_seq: this.head,
      last_message: this.#messages.at(-1) ?? null,
      turns: [...this.#turns.values()],
      unread: this.#messages.filter(({ author }) => author !== "ana").length,
    });
  }

  /** What GET messages answers now. */
  page(limit: number, before: string | null): PageMessageView {
    const known = this.#messages.filter(({ seq }) => before === null || seq < Number(before));
    const items = known.slice(-limit);
    return {
      items,
      next_cursor: known.length > items.length ? String(items[0]?.seq) : null,
    };
  }

  /** What the gateway sends after a hello; null is a reset. */
  missed(after: number, limit: number): readonly LoggedEvent[] | null {
    return this.head - after > limit ? null : this.log.slice(after);
  }

  #say(seq: number, author: string): void {
    const event = created(seq, {
      author,
      author_kind: author === "daisy" ? "bot" : "person",
      client_id: author === "ana" ? `key-${seq}` : null,
    });
    this.#messages.push(event.message);
    this.log.push(event);
  }

  #edit(seq: number, message: MessageView): void {
    const edited = makeMessage({ ...message, body: `edited at ${seq}` });
    this.#messages.splice(this.#messages.indexOf(message), 1, edited);
    this.log.push({
      type: "message.updated",
      conversation: message.conversation_id,
      seq,
      message: edited,
    });
  }

  #start(seq: number): void {
    const turn = makeTurn({ id: `t-${seq}` });
    this.#turns.set(turn.id, turn);
    this.log.push(started(seq, { turn_id: turn.id }));
  }

  #fail(seq: number, turn: TurnView): void {
    const event = failed(seq, { turn_id: turn.id, run: turn.run, reference: `W-${turn.id}` });
    const { text, reference } = event;
    this.#turns.set(turn.id, makeTurn({ ...turn, state: "parked", failure: text, reference }));
    if (this.#dismissed?.id === turn.id) this.#dismissed = null;
    this.log.push(event);
  }

  #again(seq: number, turn: TurnView): void {
    const run = turn.run + 1;
    this.#turns.set(turn.id, makeTurn({ ...turn, state: "running", run }));
    this.log.push(started(seq, { turn_id: turn.id, run }));
  }

  #dismiss(seq: number, turn: TurnView): void {
    this.#dismissed = makeTurn({ ...turn, run: turn.run + 1 });
    this.#end(seq, turn.id, "dismissed");
  }

  #end(seq: number, id: string, end: "done" | "dismissed"): void {
    this.#turns.delete(id);
    this.log.push(ended(seq, { turn_id: id, end }));
  }
}

/** Return what a reader sees of a turn: its state, its run, and what it is called since it failed. */
export function wordOf(turn: Pick<TurnView, "state" | "run" | "reference">): string {
  return `${turn.state} ${turn.run} ${turn.reference}`;
}
