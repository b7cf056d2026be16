// The routes of taking a conversation over.
import type { TakeOver, TakeoverView } from "../../contracts.gen";
import { post } from "../../shared/http";

export const takeoverApi = {
  take: (conversation: string, ask: TakeOver) =>
    post<TakeoverView>(`/conversations/${conversation}/takeover`, ask),
  release: (conversation: string) => post<void>(`/conversations/${conversation}/release`),
  human: (conversation: string) => post<void>(`/conversations/${conversation}/human`),
};
