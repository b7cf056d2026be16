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
  readonly yaml?: string;
  readonly timeoutMs?: number;
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

/** Ask by POST for something that takes longer than most. */
export function postPatiently<T>(path: string, body: object, timeoutMs: number): Promise<T> {
  return request<T>("POST", path, { body, timeoutMs });
}

/** Ask by PUT. */
export function put<T>(path: string, body: object): Promise<T> {
  return request<T>("PUT", path, { body });
}

/** Ask by DELETE. */
export function remove(path: string): Promise<void> {
  return request<void>("DELETE", path, { body: {} });
}

/** What was answered, and which state of it that is, as If-Match wants it; null when there is none. */
export interface Tagged<T> {
  readonly body: T;
  readonly etag: string | null;
}

/** Ask by GET for something that is changed by its state. */
export function getTagged<T>(path: string): Promise<Tagged<T>> {
  return tagged<T>("GET", path, {});
}

/** Send a text by PUT, of the state that `headers` name. */
export function putYaml<T>(
  path: string,
  yaml: string,
  headers: Readonly<Record<string, string>>,
): Promise<Tagged<T>> {
  return tagged<T>("PUT", path, { yaml, headers });
}

async function request<T>(method: string, path: string, options: Options): Promise<T> {
  return (await tagged<T>(method, path, options)).body;
}

async function tagged<T>(method: string, path: string, options: Options): Promise<Tagged<T>> {
  const headers: Record<string, string> = { Accept: "application/json", ...options.headers };
  const signal = AbortSignal.timeout(options.timeoutMs ?? TIMEOUT_MS);
  const init: RequestInit = { method, headers, signal };
  if (options.body) {
    headers["Content-Type"] = "application/json";
    init.body = JSON.stringify(options.body);
  } else if (options.yaml !== undefined) {
    headers["Content-Type"] = "application/yaml";
    init.body = options.yaml;
  }
  const url = `${BASE}${path}${queryText(options.query)}`;
  const { status, content, etag } = await exchange(url, init);
  if (status >= 200 && status < 300) return { body: content as T, etag };
  throw new Refused(asProblem(status, content));
}

async function exchange(url: string, init: RequestInit) {
  try {
    const response = await fetch(url, init);
    const body = await response.text();
    const content: unknown = body ? JSON.parse(body) : undefined;
    return { status: response.status, content, etag: response.headers.get("ETag") };
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
