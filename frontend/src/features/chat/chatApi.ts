// The routes of the chat API that the client uses, one function each.
import type {
  ConversationView,
  MessageView,
  PageConversationView,
  PageMessageView,
  TurnView,
} from "../../contracts.gen";
import { get, post } from "../../shared/http";

const PAGE_SIZE = 50; // messages in one page: about three screens

export const chatApi = {
  conversations: (cursor: string | null) =>
    get<PageConversationView>("/conversations", { limit: 100, cursor }),
  conversation: (id: string) => get<ConversationView>(`/conversations/${id}`),
  messages: (id: string, before: string | null) =>
    get<PageMessageView>(`/conversations/${id}/messages`, { limit: PAGE_SIZE, before_seq: before }),
  start: (members: readonly string[], title?: string) =>
    post<ConversationView>("/conversations", title ? { members, title } : { members }),
  send: (id: string, clientId: string, body: string) =>
    post<MessageView>(`/conversations/${id}/messages`, { body }, { "Idempotency-Key": clientId }),
  read: (id: string, seq: number) => post<void>(`/conversations/${id}/read`, { seq }),
  retry: (turnId: string) => post<TurnView>(`/turns/${turnId}/retry`),
  cancel: (turnId: string) => post<TurnView>(`/turns/${turnId}/cancel`),
};

export type ChatApi = typeof chatApi;
