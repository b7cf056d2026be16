// The routes of thumbs and corrections.
import type { MessageView } from "../../contracts.gen";
import { get, post, put } from "../../shared/http";

export type Thumb = "up" | "down";

export interface GivenThumb {
  readonly message_id: string;
  readonly thumb: Thumb;
  readonly reason: string;
}

export const feedbackApi = {
  mine: (conversation: string) =>
    get<{ readonly items: readonly GivenThumb[] }>(`/conversations/${conversation}/feedback`),
  give: (message: string, thumb: Thumb | null, reason = "") =>
    put<void>(`/messages/${message}/feedback`, { thumb, reason }),
  correct: (message: string, body: string, reason: string) =>
    post<MessageView>(`/messages/${message}/correction`, { body, reason }),
};
