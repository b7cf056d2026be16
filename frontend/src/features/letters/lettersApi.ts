// The routes of dead letters and their repair, one function each. For operators only.
import type {
  GroupNote,
  LetterFilter,
  LetterRow,
  LetterView,
  NewReplay,
  PageBotView,
  PageLetterGroup,
  PageLetterRow,
  PageReplayJob,
  Replay,
  ReplayJob,
  ReplayPlan,
  Revision,
} from "../../contracts.gen";
import { BASE, get, post, put, type Query, queryText } from "../../shared/http";
import type { GroupBy } from "./letterSearch";

const PAGE_SIZE = 50; // letters or groups in one page: about two screens

const MAX_PAGE = 100; // as the routes give at most

export const lettersApi = {
  groups: (filter: LetterFilter, by: GroupBy, cursor: string | null) =>
    get<PageLetterGroup>("/dead-letters/groups", {
      ...queryOf(filter),
      by,
      limit: PAGE_SIZE,
      cursor,
    }),
  /** Open letters, counted by bot: bots are few. */
  open: () =>
    get<PageLetterGroup>("/dead-letters/groups", { status: "open", by: "bot", limit: MAX_PAGE }),
  letters: (filter: LetterFilter, cursor: string | null) =>
    get<PageLetterRow>("/dead-letters", { ...queryOf(filter), limit: PAGE_SIZE, cursor }),
  letter: (id: string) => get<LetterView>(`/dead-letters/${encodeURIComponent(id)}`),
  note: (fingerprint: string, body: GroupNote) =>
    put<void>(`/dead-letters/groups/${encodeURIComponent(fingerprint)}/note`, body),
  payloadSchema: () => get<Record<string, unknown>>("/dead-letters/payload-schema"),
  replay: (id: string, body: Partial<Replay>) =>
    post<LetterRow>(`/dead-letters/${id}/replay`, body),
  finish: (id: string, body: FinishAsk) => post<LetterRow>(`/dead-letters/${id}/finish`, body),
  dismiss: (id: string, reason: string) =>
    post<LetterRow>(`/dead-letters/${id}/dismiss`, { reason }),
  restore: (id: string) => post<LetterRow>(`/dead-letters/${id}/restore`),
  plan: (ask: NewReplay) => post<ReplayPlan>("/dead-letters/replays", { ...ask, dry_run: true }),
  start: (ask: NewReplay) => post<ReplayJob>("/dead-letters/replays", ask),
  jobs: () => get<PageReplayJob>("/dead-letters/replays", { limit: 5 }),
  job: (id: string) => get<ReplayJob>(`/dead-letters/replays/${id}`),
  move: (id: string, act: "pause" | "resume" | "stop") =>
    post<ReplayJob>(`/dead-letters/replays/${id}/${act}`),
  bots: () => get<PageBotView>("/bots", { limit: MAX_PAGE }),
  revision: (bot: string, digest: string) => get<Revision>(`/bots/${bot}/revisions/${digest}`),
};

export interface FinishAsk {
  readonly output?: Record<string, unknown>;
  readonly reply?: { readonly body: string };
  readonly run: number | null;
}

/** Return the address of the CSV file with the letters of this filter. */
export function exportUrl(filter: LetterFilter): string {
  return `${BASE}/dead-letters/export.csv${queryText(queryOf(filter))}`;
}

function queryOf(filter: LetterFilter): Query {
  return { ...filter };
}
