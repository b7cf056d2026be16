// The one way to the HTTP API: JSON in and out, every error as Refused or Unreachable.
import type { Problem } from "../contracts.gen";
import { Refused, Unreachable } from "./problem";
import { text } from "./text";

export const BASE = "/api/v1";
const TIMEOUT_MS = 20_000; // over the slowest honest answer, under a person's patience

export interface Page<T> {
  readonly items: readonly T[];
  readonly next_cursor: string | null;
}

/** Empty values are left out; a list is repeated. */
export type Query = Readonly<
  Record<string, string | number | null | undefined | readonly string[]>
>;

interface Options {
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
  readonly query?: Query;
}

/** Ask by GET. */
export function get<T>(path: string, query?: Query): Promise<T> {
  return request<T>("GET", path, query ? { query } : {});
}

/** Ask by POST; without a body an empty object is sent, since every unsafe call must be JSON. */
export function post<T>(
  path: string,
  body: object = {},
  headers: Readonly<Record<string, string>> = {},
): Promise<T> {
  return request<T>("POST", path, { body, headers });
}

/** Ask by PUT. */
export function put<T>(path: string, body: object): Promise<T> {
  return request<T>("PUT", path, { body });
}

async function request<T>(method: string, path: string, options: Options): Promise<T> {
  const headers: Record<string, string> = { Accept: "application/json", ...options.headers };
  const init: RequestInit = { method, headers, signal: AbortSignal.timeout(TIMEOUT_MS) };
  if (options.body) {
    headers["Content-Type"] = "application/json";
    init.body = JSON.stringify(options.body);
  }
  const { status, content } = await exchange(`${BASE}${path}${queryText(options.query)}`, init);
  if (status >= 200 && status < 300) return content as T;
  throw new Refused(asProblem(status, content));
}

async function exchange(
  url: string,
  init: RequestInit,
): Promise<{ status: number; content: unknown }> {
  try {
    const response = await fetch(url, init);
    const body = await response.text();
    return { status: response.status, content: body ? JSON.parse(body) : undefined };
  } catch (error) {
    throw new Unreachable(String(error));
  }
}

/** Return the query as it stands behind the path, with its question mark; empty when there is none. */
export function queryText(query: Query | undefined): string {
  const params = new URLSearchParams();
  for (const [key, value] of Object.entries(query ?? {})) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== null && one !== undefined && one !== "") params.append(key, String(one));
    }
  }
  return params.size > 0 ? `?${params}` : "";
}

function asProblem(status: number, content: unknown): Problem {
  const known =
    typeof content === "object" && content !== null ? (content as Partial<Problem>) : {};
  return {
    type: known.type ?? "about:blank",
    title: known.title ?? text.errors.unexpected,
    status,
    detail: known.detail ?? text.errors.unexpected,
    trace_id: known.trace_id ?? "",
    errors: known.errors ?? [],
  };
}
