// What stands in the address of the inbox and of a letter: checked, so that any link is safe to open.
import type { LetterFilter, LetterRow } from "../../contracts.gen";

export type LetterStatus = LetterRow["status"];
export type FailureReason = LetterRow["reason"];
export type GroupBy = (typeof GROUP_BY)[number];

export const GROUP_BY = ["fingerprint", "bot", "step", "error", "runner"] as const;
export const STATUSES = [
  "open",
  "replaying",
  "resolved",
  "answered",
  "dismissed",
  "cancelled",
  "late",
  "double",
] as const satisfies readonly LetterStatus[];
export const REASONS = [
  "failed",
  "timeout",
  "bad_output",
  "too_large",
  "crashed",
  "expired",
  "gone",
  "undecodable",
  "unsupported_version",
  "unroutable",
  "undeliverable",
  "lost",
] as const satisfies readonly FailureReason[];

/** What is still to be done: an item leaves the inbox only when its outcome is known. */
export const WORKABLE: readonly LetterStatus[] = ["open", "replaying"];

/** Absent values stand for: by fingerprint, what is to be done, any bot, step, reason, runner, text. */
export interface InboxSearch {
  readonly by?: GroupBy;
  readonly status?: LetterStatus | "all";
  readonly bot?: string;
  readonly step?: string;
  readonly reason?: FailureReason;
  readonly runner?: string;
  readonly q?: string;
}

export interface LetterSearch {
  /** What to begin with, as the keys of the inbox ask for. */
  readonly act?: "edit";
}

/** Return what is valid of an address's search. */
export function inboxSearch(search: Record<string, unknown>): InboxSearch {
  const by = oneOf(GROUP_BY, search.by);
  const status = oneOf([...STATUSES, "all"] as const, search.status);
  const reason = oneOf(REASONS, search.reason);
  const bot = plain(search.bot, 64);
  const step = plain(search.step, 64);
  const runner = plain(search.runner, 200);
  const q = plain(search.q, 200);
  return {
    ...(by && by !== "fingerprint" ? { by } : {}),
    ...(status ? { status } : {}),
    ...(bot ? { bot } : {}),
    ...(step ? { step } : {}),
    ...(reason ? { reason } : {}),
    ...(runner ? { runner } : {}),
    ...(q ? { q } : {}),
  };
}

export function letterSearch(search: Record<string, unknown>): LetterSearch {
  return search.act === "edit" ? { act: "edit" } : {};
}

/** Return the filter that an address asks for, as the routes take it. */
export function filterOf(search: InboxSearch): LetterFilter {
  return {
    status: statusesOf(search.status),
    bot: search.bot ?? null,
    step: search.step ?? null,
    group: null,
    error_type: null,
    reason: search.reason ?? null,
    runner: search.runner ?? null,
    conversation: null,
    since: null,
    until: null,
    q: search.q ?? "",
  };
}

/** Say whether the address narrows more than the inbox does by itself. */
export function isNarrowed({ by: _by, ...rest }: InboxSearch): boolean {
  return Object.keys(rest).length > 0;
}

function statusesOf(status: InboxSearch["status"]): LetterStatus[] {
  if (status === "all") return [];
  return status ? [status] : [...WORKABLE];
}

function oneOf<T extends string>(known: readonly T[], value: unknown): T | undefined {
  return known.find((one) => one === value);
}

/** A text of digits comes as a number from the address. */
function plain(value: unknown, max: number): string {
  if (typeof value !== "string" && typeof value !== "number") return "";
  return String(value).slice(0, max);
}
