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

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** What is still to be done: an item leaves the inbox only when its outcome is known. */
export const WORKABLE: readonly LetterStatus[] = ["open", "replaying"];

const MAX_PAGES = 20; // a thousand groups: more are found by a filter, not by reading on

/** The filter by its names at the routes; what is absent narrows nothing, but for what is to be done. */
export interface InboxSearch {
  readonly by?: GroupBy;
  readonly status?: LetterStatus | "all";
  readonly bot?: string;
  readonly step?: string;
  readonly group?: string;
  readonly error_type?: string;
  readonly reason?: FailureReason;
  readonly runner?: string;
  readonly conversation?: string;
  readonly since?: string;
  readonly until?: string;
  readonly q?: string;
  /** How many pages are shown, so that a reader who comes back stands where they stood. */
  readonly pages?: number;
}

/** What stands behind "More filters". */
export const SELDOM = [
  "error_type",
  "runner",
  "group",
  "conversation",
  "since",
  "until",
] as const satisfies readonly (keyof InboxSearch)[];

export interface LetterSearch {
  /** What to begin with, as the keys of the inbox ask for. */
  readonly act?: "edit";
}

/** Return what is valid of an address's search. */
export function inboxSearch(search: Record<string, unknown>): InboxSearch {
  const by = oneOf(GROUP_BY, search.by);
  const status = oneOf([...STATUSES, "all"] as const, search.status);
  const reason = oneOf(REASONS, search.reason);
  const conversation = plain(search.conversation, 36);
  const pages = Math.min(MAX_PAGES, Math.floor(Number(search.pages)));
  return given({
    by: by === "fingerprint" ? undefined : by,
    status,
    bot: plain(search.bot, 64),
    step: plain(search.step, 64),
    group: plain(search.group, 200),
    error_type: plain(search.error_type, 200),
    reason,
    runner: plain(search.runner, 200),
    conversation: UUID.test(conversation) ? conversation : undefined,
    since: moment(search.since),
    until: moment(search.until),
    q: plain(search.q, 200),
    pages: pages > 1 ? pages : undefined,
  });
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
    group: search.group ?? null,
    error_type: search.error_type ?? null,
    reason: search.reason ?? null,
    runner: search.runner ?? null,
    conversation: search.conversation ?? null,
    since: search.since ?? null,
    until: search.until ?? null,
    q: search.q ?? "",
  };
}

/** Return the address that shows the letters of a filter in any state: of a job, say. */
export function searchOf({ status: _status, ...filter }: LetterFilter): InboxSearch {
  return inboxSearch({ ...filter, status: "all" });
}

/** Say whether a text can be looked for: the routes want three letters or digits in a row. */
export function isFindable(q: string): boolean {
  return q === "" || /[\p{L}\p{N}]{3}/u.test(q);
}

/** Say whether the address narrows more than the inbox does by itself. */
export function isNarrowed({ by: _by, pages: _pages, ...rest }: InboxSearch): boolean {
  return Object.keys(rest).length > 0;
}

function statusesOf(status: InboxSearch["status"]): LetterStatus[] {
  if (status === "all") return [];
  return status ? [status] : [...WORKABLE];
}

/** Leave out what is empty: an address names only what it asks for. */
function given(search: { [K in keyof InboxSearch]: InboxSearch[K] | undefined }): InboxSearch {
  return Object.fromEntries(Object.entries(search).filter(([, value]) => value));
}

/** Return a point in time as the routes take it; undefined when it is none. */
function moment(value: unknown): string | undefined {
  const at = Date.parse(plain(value, 40));
  return Number.isNaN(at) ? undefined : new Date(at).toISOString();
}

function oneOf<T extends string>(known: readonly T[], value: unknown): T | undefined {
  return known.find((one) => one === value);
}

/** A text of digits comes as a number from the address. */
function plain(value: unknown, max: number): string {
  if (typeof value !== "string" && typeof value !== "number") return "";
  return String(value).slice(0, max);
}
