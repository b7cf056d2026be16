// How what was read by HTTP joins what was pushed: pure functions over the log of one conversation.
import type { ConversationView, MessageView, PageMessageView } from "../../../contracts.gen";
import { drain } from "./applyFrame";
import { type ConversationLog, laterMessage, turnsFromView } from "./conversationLog";

/**
 * Take up a conversation's view that was read without its messages.
 *
 * Where messages are shown, a newer view only tells that something is missing (its head): the
 * changes themselves must still come, or a hole would be shown as continuous.
 */
export function withView(
  log: ConversationLog,
  view: ConversationView,
  me: string,
): ConversationLog {
  const named = { ...log, title: view.title, members: view.members };
  const head = Math.max(log.head, view.last_seq);
  if (log.loaded || view.last_seq < log.seq) return { ...named, head };
  return adopt({ ...named, head }, view, log.messages, me);
}

/**
 * Take up the newest page. view must have been read before page, so the page has every message up
 * to view.last_seq. What we hold before the page stays only where no change of it can have been missed.
 */
export function withNewestPage(
  log: ConversationLog,
  view: ConversationView,
  page: PageMessageView,
  me: string,
): ConversationLog {
  const first = page.items[0]?.seq ?? 0;
  const last = page.items.at(-1)?.seq ?? 0;
  const missedNothing = log.seq >= view.last_seq && first <= log.seq + 1;
  const joins = log.loaded && log.messages.length > 0 && missedNothing;
  const messages = [
    ...log.messages.filter((message) => joins && message.seq < first),
    ...page.items.map((item) => newer(log, item, view.last_seq)),
    ...log.messages.filter((message) => message.seq > last),
  ];
  const joined: ConversationLog = {
    ...log,
    loaded: true,
    stale: false,
    older: joins && hasBefore(log, first) ? log.older : page.next_cursor,
    title: view.title,
    members: view.members,
    head: Math.max(log.head, view.last_seq),
  };
  if (view.last_seq < log.seq) return { ...joined, messages };
  return adopt(joined, view, messages, me);
}

/** Put an older page before what is here. asked is what the log knew when it was asked for. */
export function withOlderPage(
  log: ConversationLog,
  asked: Pick<ConversationLog, "older" | "seq">,
  page: PageMessageView,
): ConversationLog {
  if (log.older === null || log.older !== asked.older) return log;
  const first = log.messages[0]?.seq ?? Number.POSITIVE_INFINITY;
  const before = page.items
    .filter((message) => message.seq < first)
    .map((item) => newer(log, item, asked.seq));
  return { ...log, messages: [...before, ...log.messages], older: page.next_cursor };
}

/** Keep only the newest messages, so that a long day's reading does not slow the page. */
export function withoutOldest(log: ConversationLog, keep: number): ConversationLog {
  if (log.messages.length <= keep) return log;
  const messages = log.messages.slice(-keep);
  return { ...log, messages, older: String(messages[0]?.seq ?? 0) };
}

function hasBefore(log: ConversationLog, seq: number): boolean {
  const first = log.messages[0];
  return first !== undefined && first.seq <= seq;
}

function adopt(
  log: ConversationLog,
  view: ConversationView,
  messages: readonly MessageView[],
  me: string,
): ConversationLog {
  const turns = turnsFromView(view);
  const live = Object.entries(log.live).filter(([id, turn]) => (turns[id]?.run ?? 0) <= turn.run);
  const read = log.readSeq >= view.last_seq;
  return drain(
    {
      ...log,
      seq: view.last_seq,
      messages: log.loaded ? messages : messages.filter(({ seq }) => seq > view.last_seq),
      lastMessage: laterMessage(log.lastMessage, view.last_message),
      readSeq: Math.max(log.readSeq, view.read_seq),
      unread: read ? 0 : view.unread,
      turns,
      takeover: view.takeover,
      live: Object.fromEntries(live.filter(([id]) => turns[id] || log.turns[id] === undefined)),
    },
    me,
  );
}

/** Return the message as a frame edited it, where that edit is later than what the reader asked at. */
function newer(log: ConversationLog, read: MessageView, readAt: number): MessageView {
  const edit = log.edits[read.id];
  return edit && edit.seq > readAt ? edit.message : read;
}
