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
 * to view.last_seq. What we hold stays where it joins the page without a gap, else it is dropped.
 */
export function withNewestPage(
  log: ConversationLog,
  view: ConversationView,
  page: PageMessageView,
  me: string,
): ConversationLog {
  const first = page.items[0]?.seq ?? 0;
  const last = page.items.at(-1)?.seq ?? 0;
  const joins = log.loaded && log.messages.length > 0 && first <= log.seq + 1;
  const ours = new Map(log.messages.map((message) => [message.id, message]));
  const messages = [
    ...log.messages.filter((message) => joins && message.seq < first),
    ...page.items.map((item) => newer(log, view, ours.get(item.id), item)),
    ...log.messages.filter((message) => message.seq > last),
  ];
  const joined: ConversationLog = {
    ...log,
    loaded: true,
    stale: false,
    older: joins && ours.size > 0 && hasBefore(log, first) ? log.older : page.next_cursor,
    title: view.title,
    members: view.members,
    head: Math.max(log.head, view.last_seq),
  };
  if (view.last_seq < log.seq) return { ...joined, messages };
  return adopt(joined, view, messages, me);
}

/** Put an older page before what is here. cursor is the one it was asked with; another is ignored. */
export function withOlderPage(
  log: ConversationLog,
  cursor: string,
  page: PageMessageView,
): ConversationLog {
  if (log.older !== cursor) return log;
  const first = log.messages[0]?.seq ?? Number.POSITIVE_INFINITY;
  const before = page.items.filter((message) => message.seq < first);
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
      live: Object.fromEntries(live.filter(([id]) => turns[id] || log.turns[id] === undefined)),
    },
    me,
  );
}

function newer(
  log: ConversationLog,
  view: ConversationView,
  ours: MessageView | undefined,
  theirs: MessageView,
): MessageView {
  return ours && (log.edits[theirs.id] ?? 0) > view.last_seq ? ours : theirs;
}
