// What the message list shows, in order: a pure function from the log and the outbox to rows.
import type { MessageView } from "../../../contracts.gen";
import {
  type ConversationLog,
  isTriedAgain,
  type LiveTurn,
  type OpenTurn,
  type StoppedTurn,
} from "../live/conversationLog";
import type { PendingMessage } from "../outbox/outbox";

const GROUP_MS = 5 * 60_000; // messages of one author this close share a heading
const LATE_MS = 10 * 60_000; // an answer this long after its question says so

export interface Quote {
  readonly message: MessageView | null;
  /** How long after its question the answer came; null when soon or not known. */
  readonly lateMs: number | null;
}

export type TimelineRow =
  | { readonly kind: "day"; readonly key: string; readonly at: string }
  | { readonly kind: "unread"; readonly key: string }
  | {
      readonly kind: "message";
      readonly key: string;
      readonly message: MessageView;
      readonly heads: boolean;
      readonly quote: Quote | null;
    }
  | {
      readonly kind: "pending";
      readonly key: string;
      readonly pending: PendingMessage;
      readonly heads: boolean;
    }
  | {
      /** A turn that failed, and while it is tried again its progress. */
      readonly kind: "failed";
      readonly key: string;
      readonly turn: OpenTurn;
      readonly live: LiveTurn | null;
    }
  | { readonly kind: "stopped"; readonly key: string; readonly turn: StoppedTurn };

export interface TimelineSource {
  readonly log: ConversationLog;
  readonly pending: readonly PendingMessage[];
  readonly me: string;
  /** Messages of others after this seq are new to the reader; null: draw no line. */
  readonly newAfter: number | null;
}

/** Return the rows of a conversation, oldest first. Turns at work are not among them. */
export function buildTimeline({ log, pending, me, newAfter }: TimelineSource): TimelineRow[] {
  const rows: TimelineRow[] = [];
  const notes = notesByMessage(log);
  let before: MessageView | null = null;
  let lineDrawn = newAfter === null;
  for (const message of log.messages) {
    const newDay = !before || dayOf(before.created_at) !== dayOf(message.created_at);
    if (newDay) rows.push({ kind: "day", key: dayOf(message.created_at), at: message.created_at });
    const drawLine = !lineDrawn && message.seq > (newAfter ?? 0) && message.author !== me;
    if (drawLine) rows.push({ kind: "unread", key: "unread" });
    lineDrawn ||= drawLine;
    const quote = quoteOf(message, before, log.messages);
    const broken = newDay || drawLine || quote !== null || rows.at(-1)?.kind !== "message";
    rows.push({
      kind: "message",
      key: message.client_id ?? message.id,
      message,
      heads: broken || !follows(before, message.author, message.created_at),
      quote,
    });
    rows.push(...(notes.get(message.id) ?? []));
    before = message;
  }
  rows.push(...pendingRows(pending, log, me));
  return rows;
}

/** Return the messages of ours that are not among the server's yet. */
export function stillPending(
  pending: readonly PendingMessage[],
  log: ConversationLog,
  me: string,
): readonly PendingMessage[] {
  // the key of another person's message is no proof: only our own counts
  const taken = new Set(log.messages.filter(({ author }) => author === me).map((m) => m.client_id));
  return pending.filter((one) => one.conversationId === log.id && !taken.has(one.clientId));
}

/** Return the bots that have questions which wait for their running answer to end. */
export function botsWithQueue(log: ConversationLog): readonly { bot: string; waiting: number }[] {
  const bots = log.members.filter(({ kind }) => kind === "bot").map(({ username }) => username);
  const queues = bots.map((bot) => ({ bot, waiting: queueOf(log, bot) }));
  return queues.filter(({ waiting }) => waiting > 0);
}

function queueOf(log: ConversationLog, bot: string): number {
  const turns = Object.values(log.turns).filter((turn) => turn.bot === bot);
  const running = turns.find((turn) => turn.state === "running" && !isTriedAgain(turn));
  if (!running) return 0;
  const queued = new Set(turns.filter(({ state }) => state === "queued").flatMap((t) => t.answers));
  const answered = new Set(turns.flatMap((turn) => turn.answers));
  const newest = log.messages.findLast(({ id }) => running.answers.includes(id))?.seq;
  for (const message of log.messages) {
    const later = newest !== undefined && message.seq > newest && !answered.has(message.id);
    if (later && message.author_kind === "person" && isFor(log, bot, message))
      queued.add(message.id);
  }
  return queued.size;
}

function isFor(log: ConversationLog, bot: string, message: MessageView): boolean {
  if (log.kind === "direct") return true;
  return new RegExp(`(^|[^\\w.-])@${bot}(?![\\w-])`).test(message.body);
}

function notesByMessage(log: ConversationLog): Map<string, TimelineRow[]> {
  const notes = new Map<string, TimelineRow[]>();
  const put = (answers: readonly string[], row: TimelineRow) => {
    const last = log.messages.findLast(({ id }) => answers.includes(id)) ?? log.messages.at(-1);
    if (last) notes.set(last.id, [...(notes.get(last.id) ?? []), row]);
  };
  for (const turn of Object.values(log.turns)) {
    if (turn.state !== "parked" && !isTriedAgain(turn)) continue;
    const live = log.live[turn.id] ?? null;
    put(turn.answers, { kind: "failed", key: `f${turn.id}`, turn, live });
  }
  for (const turn of log.stopped) put(turn.answers, { kind: "stopped", key: `s${turn.id}`, turn });
  return notes;
}

function quoteOf(
  message: MessageView,
  before: MessageView | null,
  messages: readonly MessageView[],
): Quote | null {
  const asked = message.in_reply_to;
  if (!asked) return null;
  const repaired = message.late_seconds !== null || message.by_hand !== null;
  if (before?.id === asked && !repaired) return null;
  if (before?.in_reply_to === asked && before.author === message.author && !repaired) return null;
  const question = messages.find(({ id }) => id === asked) ?? null;
  if (message.late_seconds !== null) {
    return { message: question, lateMs: message.late_seconds * 1000 };
  }
  const after = question ? Date.parse(message.created_at) - Date.parse(question.created_at) : 0;
  return { message: question, lateMs: after >= LATE_MS ? after : null };
}

function follows(before: MessageView | null, author: string, at: string): boolean {
  if (!before || before.author !== author) return false;
  return Date.parse(at) - Date.parse(before.created_at) < GROUP_MS;
}

function pendingRows(
  pending: readonly PendingMessage[],
  log: ConversationLog,
  me: string,
): TimelineRow[] {
  const last = log.messages.at(-1) ?? null;
  return stillPending(pending, log, me).map((one, index) => ({
    kind: "pending",
    key: one.clientId,
    pending: one,
    heads: index === 0 && !follows(last, me, one.createdAt),
  }));
}

function dayOf(at: string): string {
  const day = new Date(at);
  return `${day.getFullYear()}-${day.getMonth() + 1}-${day.getDate()}`;
}
