// All that lives while one person is signed in: live store, outbox, drafts. Made at login, closed at logout.
import { createContext, useContext } from "react";
import { type StoreApi, useStore } from "zustand";
import type { Me } from "../../contracts.gen";
import { chatApi } from "./chatApi";
import { type Drafts, makeDrafts } from "./drafts";
import { applySent } from "./live/applyFrame";
import { LiveClient } from "./live/liveClient";
import type { SocketOptions } from "./live/liveSocket";
import { changeLog, type LiveState, type LiveStore, makeLiveStore } from "./live/liveStore";
import { Outbox, type OutboxState } from "./outbox/outbox";

export interface ChatSession {
  readonly me: Me;
  readonly live: LiveStore;
  readonly client: LiveClient;
  readonly outbox: Outbox;
  readonly drafts: StoreApi<{ drafts: Drafts }>;
  readonly close: () => void;
}

/** Make the session of one person; the caller starts its client. */
export function makeChatSession(me: Me, socket: SocketOptions, onLogIn: () => void): ChatSession {
  const live = makeLiveStore(me.username);
  const closing = new AbortController();
  const outbox = new Outbox({
    userId: me.id,
    send: chatApi.send,
    onSent: (message) => changeLog(live, message.conversation_id, (log) => applySent(log, message)),
    onLogIn,
  });
  const client = new LiveClient({
    store: live,
    api: chatApi,
    socket,
    onLogIn,
    onLive: () => outbox.retryHeld(),
  });
  const close = () => {
    client.close();
    outbox.close();
    closing.abort();
  };
  return { me, live, client, outbox, drafts: makeDrafts(me.id, closing.signal), close };
}

const Context = createContext<ChatSession | null>(null);

export const ChatSessionProvider = Context.Provider;

/** Return the session of the signed-in person. */
export function useChatSession(): ChatSession {
  const session = useContext(Context);
  if (!session) throw new Error("useChatSession outside of ChatSessionProvider");
  return session;
}

/** Read from the live store. */
export function useLive<T>(select: (state: LiveState) => T): T {
  return useStore(useChatSession().live, select);
}

/** Read from the outbox. */
export function useOutbox<T>(select: (state: OutboxState) => T): T {
  return useStore(useChatSession().outbox.store, select);
}

/** Read one conversation's draft. */
export function useDraft(conversationId: string): string {
  return useStore(useChatSession().drafts, ({ drafts }) => drafts[conversationId] ?? "");
}
