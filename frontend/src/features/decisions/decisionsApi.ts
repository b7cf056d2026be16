// The routes of drafts and questions, one function each.
import type { DraftView, PageDraftView, PageQuestionView, QuestionView } from "../../contracts.gen";
import { get, post } from "../../shared/http";

const MAX_PAGE = 100; // as the routes give at most

export const decisionsApi = {
  drafts: () => get<PageDraftView>("/drafts", { status: "waiting", limit: MAX_PAGE }),
  questions: () => get<PageQuestionView>("/questions", { status: "waiting", limit: MAX_PAGE }),
  approve: (id: string, body: string | null) =>
    post<DraftView>(`/drafts/${id}/approve`, body === null ? {} : { body }),
  reject: (id: string, reason: string) => post<DraftView>(`/drafts/${id}/reject`, { reason }),
  handOver: (id: string, to: string | null) => post<void>(`/drafts/${id}/hand-over`, { to }),
  answer: (id: string, answer: Record<string, unknown>) =>
    post<QuestionView>(`/questions/${id}/answer`, { answer }),
};
