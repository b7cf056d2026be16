// How a pushed frame changes the log of its conversation: a pure function, tested in any order.
import type {
  LoggedEvent,
  MessageView,
  TurnDelta,
  TurnProgress,
  TurnStarted,
} from "../../../contracts.gen";
import { type ConversationLog, laterMessage, type OpenTurn, withMessage } from "./conversationLog";
import { applyDelta, applyProgress, forgetLive } from "./liveTurns";

const MAX_AHEAD = 500; // changes kept beyond a hole; past it, reading anew is cheaper
const MAX_STOPPED = 20; // "stopped" notes kept for one conversation

export type ConversationFrame = LoggedEvent | TurnProgress | TurnDelta;

/**
 * Apply one frame. me is the reader's username, now our clock in ms.
 *
 * A change is applied only when every change before it is in; others wait in `ahead`. A change that
 * is in already is ignored, so the same frame any number of times is as good as once.
 */
export function applyFrame(
  log: ConversationLog,
  frame: ConversationFrame,
  me: string,
  now: number,
): ConversationLog {
  switch (frame.type) {
    case "turn.progress":
      return applyProgress(log, frame, now);
    case "turn.delta":
      return applyDelta(log, frame);
    default:
      return applyLogged(log, frame, me);
  }
}

/** Note a head that the server spoke of; a higher one than ours means that something is missing. */
export function applyHead(log: ConversationLog, head: number): ConversationLog {
  return head > log.head ? { ...log, head } : log;
}

/** A head that was spoken of before all was read anew, and is not there, was a mistake: forget it. */
export function forgetHead(log: ConversationLog, head: number): ConversationLog {
  if (log.head !== head || log.ahead.length > 0) return log;
  return { ...log, head: log.seq };
}

/** Note that too much was missed: everything must be read anew. */
export function applyReset(log: ConversationLog, head: number): ConversationLog {
  return { ...applyHead(log, head), stale: true };
}

/** Take up our own message that the server has just taken, before its frame comes. */
export function applySent(log: ConversationLog, message: MessageView): ConversationLog {
  return {
    ...log,
    messages: withMessage(log.messages, message),
    lastMessage: laterMessage(log.lastMessage, message),
    readSeq: Math.max(log.readSeq, message.seq),
    unread: 0,
  };
}

/** Note that all up to seq has been read here. */
export function applyRead(log: ConversationLog, seq: number): ConversationLog {
  if (seq <= log.readSeq && log.unread === 0) return log;
  return { ...log, readSeq: Math.max(seq, log.readSeq), unread: 0 };
}

/** Apply the waiting changes that now follow without a hole; drop those that are in already. */
export function drain(log: ConversationLog, me: string): ConversationLog {
  let next = log;
  for (const event of log.ahead) {
    if (event.seq === next.seq + 1) next = applyNext(next, event, me);
  }
  const ahead = next.ahead.filter((event) => event.seq > next.seq);
  return ahead.length === next.ahead.length ? next : { ...next, ahead };
}

function applyLogged(log: ConversationLog, event: LoggedEvent, me: string): ConversationLog {
  if (event.seq <= log.seq) return fillIn(log, event);
  if (event.seq === log.seq + 1) return drain(applyNext(log, event, me), me);
  if (log.ahead.some((other) => other.seq === event.seq)) return log;
  const ahead = [...log.ahead, event].sort((a, b) => a.seq - b.seq);
  const head = Math.max(log.head, event.seq);
  if (ahead.length > MAX_AHEAD) return { ...log, head, ahead: [], stale: true };
  return { ...log, head, ahead };
}

/** A message that is known by number but not here, within what is shown, is put in its place. */
function fillIn(log: ConversationLog, event: LoggedEvent): ConversationLog {
  const first = log.messages[0];
  if (event.type !== "message.created" || !first || event.message.seq < first.seq) return log;
  if (log.messages.some((message) => message.id === event.message.id)) return log;
  return { ...log, messages: withMessage(log.messages, event.message) };
}

function applyNext(log: ConversationLog, event: LoggedEvent, me: string): ConversationLog {
  const at = { ...log, seq: event.seq, head: Math.max(log.head, event.seq) };
  switch (event.type) {
    case "message.created":
      return createMessage(at, event.message, me);
    case "message.updated":
      return updateMessage(at, event.message, event.seq);
    case "turn.started":
      return startTurn(at, event);
    case "turn.failed":
      return failTurn(at, event);
    case "turn.ended":
      return endTurn(at, event);
    case "takeover.changed":
      return { ...at, takeover: event.takeover, live: event.takeover ? {} : at.live };
    case "draft.created":
      return waitFor(at, event.turn_id, event.asked);
    case "draft.decided":
      return event.status === "waiting" ? waitFor(at, event.turn_id, event.asked) : at;
    default:
      return at; // a kind of change that this client does not know still has its number
  }
}

function createMessage(log: ConversationLog, message: MessageView, me: string): ConversationLog {
  const mine = message.author === me;
  const next: ConversationLog = {
    ...log,
    // what we have may be newer: a page that was read after this message was edited
    messages: log.messages.some((other) => other.id === message.id)
      ? log.messages
      : withMessage(log.messages, message),
    lastMessage: laterMessage(log.lastMessage, message),
    readSeq: mine ? Math.max(log.readSeq, message.seq) : log.readSeq,
    unread: mine ? 0 : message.seq > log.readSeq ? log.unread + 1 : log.unread,
  };
  return message.turn_id ? forgetLive(next, message.turn_id, "text") : next;
}

function updateMessage(log: ConversationLog, message: MessageView, seq: number): ConversationLog {
  const known = log.messages.some((other) => other.id === message.id);
  return {
    ...log,
    messages: known ? withMessage(log.messages, message) : log.messages,
    edits: { ...log.edits, [message.id]: { seq, message } },
    lastMessage: log.lastMessage?.id === message.id ? message : log.lastMessage,
  };
}

function startTurn(log: ConversationLog, event: TurnStarted): ConversationLog {
  const before = log.turns[event.turn_id];
  const turn: OpenTurn = {
    id: event.turn_id,
    run: event.run,
    bot: event.bot,
    state: "running",
    stream: event.stream,
    answers: event.answers,
    steps: event.steps,
    failure: before?.failure ?? null,
    reference: before?.reference ?? null,
    waitingFor: null,
    at: event.at,
  };
  const live = log.live[turn.id];
  const next = live && live.run < turn.run ? forgetLive(log, turn.id, "all") : log;
  return { ...next, turns: { ...next.turns, [turn.id]: turn } };
}

/** A turn waits for a person; what ends the wait is the turn's next run, or its end. */
function waitFor(log: ConversationLog, id: string | null, asked: string): ConversationLog {
  const turn = id === null ? undefined : log.turns[id];
  if (!turn) return log;
  const next = forgetLive(log, turn.id, "all");
  const waiting: OpenTurn = { ...turn, state: "waiting", waitingFor: asked };
  return { ...next, turns: { ...next.turns, [turn.id]: waiting } };
}

function failTurn(
  log: ConversationLog,
  event: Extract<LoggedEvent, { type: "turn.failed" }>,
): ConversationLog {
  const before = log.turns[event.turn_id];
  const given = log.stopped.find(({ id }) => id === event.turn_id); // dismissed, and restored now
  const turn: OpenTurn = {
    id: event.turn_id,
    run: event.run,
    bot: event.bot,
    state: "parked",
    stream: false,
    answers: before?.answers ?? given?.answers ?? [],
    steps: before?.steps ?? [],
    failure: event.text,
    reference: event.reference,
    waitingFor: null,
    at: event.at,
  };
  const next = forgetLive(log, turn.id, "all");
  const stopped = given ? next.stopped.filter((note) => note !== given) : next.stopped;
  return { ...next, stopped, turns: { ...next.turns, [turn.id]: turn } };
}

function endTurn(
  log: ConversationLog,
  event: Extract<LoggedEvent, { type: "turn.ended" }>,
): ConversationLog {
  const { [event.turn_id]: gone, ...turns } = log.turns;
  const next = { ...forgetLive(log, event.turn_id, "all"), turns };
  if (event.end !== "cancelled" && event.end !== "dismissed") return next;
  const note = {
    id: event.turn_id,
    bot: event.bot,
    end: event.end,
    answers: gone?.answers ?? [],
    at: event.at,
  };
  return { ...next, stopped: [...next.stopped, note].slice(-MAX_STOPPED) };
}
