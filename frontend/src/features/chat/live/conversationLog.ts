// What the client knows of one conversation. Written by applyFrame.ts and applyPages.ts only.
import type {
  ConversationView,
  LoggedEvent,
  MessageView,
  StepName,
  TakeoverView,
  TurnView,
  UserView,
} from "../../../contracts.gen";

/**
 * A turn that has not ended. `run` is its current run; only progress of that run is shown.
 *
 * reference stays once a run of it has failed: a running turn that has one is being tried again.
 */
export interface OpenTurn {
  readonly id: string;
  readonly run: number;
  readonly bot: string;
  readonly state: "queued" | "running" | "waiting" | "parked";
  readonly stream: boolean;
  readonly answers: readonly string[];
  readonly steps: readonly StepName[];
  readonly failure: string | null;
  readonly reference: string | null;
  /** The person whom it waits for, in words; null while it waits for nobody. */
  readonly waitingFor: string | null;
  readonly at: string;
}

/** A turn that ended without an answer while this client watched: stopped, or given up by an operator. */
export interface StoppedTurn {
  readonly id: string;
  readonly bot: string;
  readonly end: "cancelled" | "dismissed";
  readonly answers: readonly string[];
  readonly at: string;
}

/** Where a run stands. heardAt is our own clock, so a wrong clock elsewhere changes nothing. */
export interface TurnStep {
  readonly step: string;
  readonly position: number;
  readonly total: number;
  readonly attempt: number;
  readonly activity: string;
  readonly leaseMs: number;
  readonly heardAt: number;
}

/** Text of an answer in the making. nextIndex -1: a piece is missing, wait for index 0. */
export interface StreamedText {
  readonly step: string;
  readonly attempt: number;
  readonly nextIndex: number;
  readonly text: string;
}

/** What is only pushed and never kept: progress and text of one run. */
export interface LiveTurn {
  readonly run: number;
  readonly step: TurnStep | null;
  readonly streamed: StreamedText | null;
}

export interface ConversationLog {
  readonly id: string;
  readonly kind: "direct" | "group";
  readonly title: string | null;
  readonly members: readonly UserView[];
  readonly createdAt: string;
  /** Every visible change up to here is in, without a hole. */
  readonly seq: number;
  /** The highest seq that the server has spoken of. */
  readonly head: number;
  /** Changes beyond a hole, in order; they wait until it is filled. */
  readonly ahead: readonly LoggedEvent[];
  /** Too much was missed: what is here must be read anew. */
  readonly stale: boolean;
  /** True once a page of messages has been read. */
  readonly loaded: boolean;
  /** An unbroken run of messages up to the newest known one, by seq. */
  readonly messages: readonly MessageView[];
  /** Cursor of the messages before the first one here; null when there are none. */
  readonly older: string | null;
  /** By message: its last edit that came as a frame, for pages that were read before it. */
  readonly edits: Readonly<Record<string, { readonly seq: number; readonly message: MessageView }>>;
  readonly lastMessage: MessageView | null;
  readonly readSeq: number;
  readonly unread: number;
  readonly turns: Readonly<Record<string, OpenTurn>>;
  readonly live: Readonly<Record<string, LiveTurn>>;
  readonly stopped: readonly StoppedTurn[];
  /** Who has taken the conversation over; it may be over by our own clock. */
  readonly takeover: TakeoverView | null;
}

/** Return the log of a conversation of which only its view is known. */
export function logFromView(view: ConversationView): ConversationLog {
  return {
    id: view.id,
    kind: view.kind,
    title: view.title,
    members: view.members,
    createdAt: view.created_at,
    seq: view.last_seq,
    head: view.last_seq,
    ahead: [],
    stale: false,
    loaded: false,
    messages: [],
    older: null,
    edits: {},
    lastMessage: view.last_message,
    readSeq: view.read_seq,
    unread: view.unread,
    turns: turnsFromView(view),
    live: {},
    stopped: [],
    takeover: view.takeover,
  };
}

/** Say whether a turn runs once more after a failure. Such a one keeps no newer question waiting. */
export function isTriedAgain({ state, reference }: Pick<OpenTurn, "state" | "reference">): boolean {
  return state === "running" && reference !== null;
}

/** Return the open turns of a view, by id. */
export function turnsFromView(view: ConversationView): Record<string, OpenTurn> {
  const turns: Record<string, OpenTurn> = {};
  for (const turn of view.turns) {
    const open = openTurn(turn);
    if (open) turns[turn.id] = open;
  }
  return turns;
}

function openTurn(turn: TurnView): OpenTurn | null {
  switch (turn.state) {
    case "done":
    case "cancelled":
    case "answered":
    case "dismissed":
      return null;
    default:
      return {
        id: turn.id,
        run: turn.run,
        bot: turn.bot,
        state: turn.state,
        stream: turn.stream,
        answers: turn.answers,
        steps: turn.steps,
        failure: turn.failure,
        reference: turn.reference,
        waitingFor: turn.waiting_for,
        at: turn.started_at ?? turn.created_at,
      };
  }
}

/** Say whether changes are known to be missing here. */
export function isBehind(log: ConversationLog): boolean {
  return log.head > log.seq || log.ahead.length > 0;
}

/** Put a message where its seq says; one with the same id is replaced. */
export function withMessage(
  messages: readonly MessageView[],
  message: MessageView,
): readonly MessageView[] {
  const at = messages.findIndex((other) => other.id === message.id);
  if (at >= 0) return messages.with(at, message);
  const last = messages.at(-1);
  if (!last || last.seq < message.seq) return [...messages, message];
  return [...messages, message].sort((a, b) => a.seq - b.seq);
}

/** Return the later of two messages; either may be absent. */
export function laterMessage(a: MessageView | null, b: MessageView | null): MessageView | null {
  if (!a || !b) return a ?? b;
  return b.seq >= a.seq ? b : a;
}
