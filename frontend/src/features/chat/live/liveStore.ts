// The one live store: every conversation's log, and how the connection stands.
import { createStore, type StoreApi } from "zustand/vanilla";
import type { ConversationView, ServerFrame } from "../../../contracts.gen";
import { applyFrame, applyHead, applyReset } from "./applyFrame";
import { withView } from "./applyPages";
import { type ConversationLog, logFromView } from "./conversationLog";

export type Connection =
  | { readonly phase: "connecting" }
  | { readonly phase: "catching-up" }
  | { readonly phase: "live"; readonly caughtUp: number | null }
  | { readonly phase: "waiting"; readonly retryAt: number }
  | { readonly phase: "offline" }
  | { readonly phase: "stopped"; readonly code: number };

export interface LiveState {
  readonly me: string;
  /** False until the list of conversations has been read. */
  readonly listed: boolean;
  readonly logs: Readonly<Record<string, ConversationLog>>;
  readonly connection: Connection;
  /** How often the server spoke of dead letters: for operators' pages to read them anew. */
  readonly lettersHeard: number;
  /** How often it spoke of something that waits for a person. */
  readonly decisionsHeard: number;
}

export type LiveStore = StoreApi<LiveState>;

/** Make the store for one signed-in person. */
export function makeLiveStore(me: string): LiveStore {
  return createStore<LiveState>(() => ({
    me,
    listed: false,
    logs: {},
    connection: { phase: "connecting" },
    lettersHeard: 0,
    decisionsHeard: 0,
  }));
}

/** Change one conversation's log; one that is not known is left alone. */
export function changeLog(
  store: LiveStore,
  id: string,
  change: (log: ConversationLog, me: string) => ConversationLog,
): void {
  const { logs, me } = store.getState();
  const log = logs[id];
  if (!log) return;
  const changed = change(log, me);
  if (changed !== log) store.setState({ logs: { ...logs, [id]: changed } });
}

/** Take up a conversation as the server tells it. */
export function putView(store: LiveStore, view: ConversationView): void {
  const { logs, me } = store.getState();
  const known = logs[view.id];
  const log = known ? withView(known, view, me) : logFromView(view);
  store.setState({ logs: { ...logs, [view.id]: log } });
}

/** Apply one frame and return the conversations it names that are not known here. */
export function putFrame(store: LiveStore, frame: ServerFrame, now: number): readonly string[] {
  switch (frame.type) {
    case "welcome":
    case "ping":
      return putHeads(store, frame.heads);
    case "reset":
      changeLog(store, frame.conversation, (log) => applyReset(log, frame.head));
      return unknown(store, [frame.conversation]);
    case "conversation.created":
      putView(store, frame.view);
      return [];
    case "presence":
      return [];
    case "dead_letter.opened":
      store.setState(({ lettersHeard }) => ({ lettersHeard: lettersHeard + 1 }));
      return [];
    case "decision.wanted":
      store.setState(({ decisionsHeard }) => ({ decisionsHeard: decisionsHeard + 1 }));
      return [];
    default:
      if (!("conversation" in frame)) return []; // a frame of a newer server
      changeLog(store, frame.conversation, (log, me) => applyFrame(log, frame, me, now));
      return unknown(store, [frame.conversation]);
  }
}

function putHeads(store: LiveStore, heads: Readonly<Record<string, number>>): readonly string[] {
  for (const [id, head] of Object.entries(heads))
    changeLog(store, id, (log) => applyHead(log, head));
  return unknown(store, Object.keys(heads));
}

function unknown(store: LiveStore, ids: readonly string[]): readonly string[] {
  const { logs } = store.getState();
  return ids.filter((id) => !logs[id]);
}
