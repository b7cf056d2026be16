// The routes of the registry that the pages of bots use, one function each.
import type {
  BotView,
  LintReport,
  PageBotView,
  PageLedgerRow,
  PagePublication,
  Revision,
  RevisionDiff,
  RunnerView,
  StepKindView,
  TryResult,
} from "../../contracts.gen";
import { get, getTagged, type Page, post, postPatiently, putYaml } from "../../shared/http";
import { headersFor, type WayToSave } from "./editor/saveDecision";

const TRY_MS = 120_000; // a small model on a busy machine thinks for a while

const MOST_ROWS = 100; // a row for each step: a bot has at most 50

const pathOf = (name: string) => `/bots/${encodeURIComponent(name)}`;

export const botsApi = {
  bots: () => get<PageBotView>("/bots"),
  bot: (name: string) => getTagged<BotView>(pathOf(name)),
  runners: () => get<Page<RunnerView>>("/runners"),
  kinds: () => get<Page<StepKindView>>("/step-kinds"),
  lint: (yaml: string) => post<LintReport>("/bots/lint", { yaml }),
  tryOut: (yaml: string, message: string) =>
    postPatiently<TryResult>("/bots/try", { yaml, message }, TRY_MS),
  save: (name: string, yaml: string, way: WayToSave) =>
    putYaml<BotView>(pathOf(name), yaml, headersFor(way)),
  /** What this revision did since a time; for operators. */
  record: (bot: string, revision: string, since: string) =>
    get<PageLedgerRow>("/ledger", { bot, revision, since, limit: MOST_ROWS }),
  publications: (name: string, cursor: string | null) =>
    get<PagePublication>(`${pathOf(name)}/revisions`, { cursor }),
  revision: (name: string, digest: string) => get<Revision>(`${pathOf(name)}/revisions/${digest}`),
  diff: (name: string, digest: string, to: string) =>
    get<RevisionDiff>(`${pathOf(name)}/revisions/${digest}/diff`, { to }),
  rollBack: (name: string, number: number, way: WayToSave) =>
    post<BotView>(`${pathOf(name)}/rollback`, { number }, headersFor(way)),
};
