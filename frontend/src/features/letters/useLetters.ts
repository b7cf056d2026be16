// Server state of dead letters. The frame dead_letter.opened reads it anew; a slow poll covers a lost one.
import {
  type InfiniteData,
  useInfiniteQuery,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import { useEffect } from "react";
import type { LetterFilter, LetterRow } from "../../contracts.gen";
import type { Page } from "../../shared/http";
import { useLive } from "../chat/chatSession";
import { filterOf, type GroupBy, type InboxSearch } from "./letterSearch";
import { lettersApi } from "./lettersApi";

const POLL_MS = 30_000;
const WATCH_MS = 2_000; // while one letter's outcome is awaited
const JOB_MS = 1_000;
const WAITING_JOB_MS = 5_000;
const BURST_MS = 400; // one reading for a burst of failures

const LETTERS = "letters";

export function useGroups({ pages = 1, ...search }: InboxSearch) {
  const by: GroupBy = search.by ?? "fingerprint";
  const groups = useInfiniteQuery({
    queryKey: [LETTERS, "groups", search],
    queryFn: ({ pageParam }) => lettersApi.groups(filterOf(search), by, pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    refetchInterval: POLL_MS,
  });
  const { data, hasNextPage, isFetching, isError, fetchNextPage } = groups;
  const lacks = data !== undefined && data.pages.length < pages && hasNextPage;
  useEffect(() => {
    if (lacks && !isFetching && !isError) void fetchNextPage();
  }, [lacks, isFetching, isError, fetchNextPage]);
  return groups;
}

/** The letters of one filter, page by page. */
export function useLetterRows(filter: LetterFilter) {
  return useInfiniteQuery({
    queryKey: [LETTERS, "rows", filter],
    queryFn: ({ pageParam }) => lettersApi.letters(filter, pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    refetchInterval: POLL_MS,
  });
}

/** One letter by id or reference; read again while its outcome is awaited. */
export function useLetter(id: string) {
  return useQuery({
    queryKey: [LETTERS, "one", id],
    queryFn: () => lettersApi.letter(id),
    refetchInterval: ({ state }) =>
      state.data?.letter.status === "replaying" ? WATCH_MS : POLL_MS,
  });
}

export function useJob(id: string) {
  return useQuery({
    queryKey: [LETTERS, "job", id],
    queryFn: () => lettersApi.job(id),
    refetchInterval: ({ state }) => {
      const job = state.data;
      if (!job || job.state === "running" || job.sent > 0) return JOB_MS;
      // somebody else may let it go on
      return job.state === "paused" || job.state === "halted" ? WAITING_JOB_MS : POLL_MS;
    },
  });
}

export function useJobs() {
  return useQuery({
    queryKey: [LETTERS, "jobs"],
    queryFn: lettersApi.jobs,
    refetchInterval: POLL_MS,
  });
}

export function useBots() {
  return useQuery({ queryKey: ["bots"], queryFn: lettersApi.bots, staleTime: 60_000 });
}

/** What a payload must look like; it does not change while the page is open. */
export function usePayloadSchema() {
  return useQuery({
    queryKey: ["payload-schema"],
    queryFn: lettersApi.payloadSchema,
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** Return what to call after an act: all that is shown of letters is read anew. */
export function useLettersChanged(): () => Promise<void> {
  const client = useQueryClient();
  return () => client.invalidateQueries({ queryKey: [LETTERS] });
}

export interface OpenCount {
  readonly open: number;
  /** There are more than were counted: as many bots do not fit in one page. */
  readonly more: boolean;
}

/** How many letters wait for somebody. Null until it is known. */
export function useOpenCount(): OpenCount | null {
  const counted = useQuery({
    queryKey: [LETTERS, "open"],
    queryFn: lettersApi.open,
    refetchInterval: POLL_MS,
  });
  if (!counted.data) return null;
  const { items, next_cursor } = counted.data;
  return { open: items.reduce((sum, { open }) => sum + open, 0), more: next_cursor !== null };
}

/** Read letters anew when the server says that one was opened, failed again or was closed. */
export function useLettersLive(): void {
  const client = useQueryClient();
  const heard = useLive((state) => state.lettersHeard);
  useEffect(() => {
    if (heard === 0) return;
    const timer = setTimeout(() => client.invalidateQueries({ queryKey: [LETTERS] }), BURST_MS);
    return () => clearTimeout(timer);
  }, [client, heard]);
}

/** Return the items of all pages; one that moved between two readings stands once. */
export function itemsOf<T>(
  data: InfiniteData<Page<T>> | undefined,
  keyOf: (item: T) => string,
): readonly T[] {
  const seen = new Map<string, T>();
  for (const page of data?.pages ?? []) {
    for (const item of page.items) if (!seen.has(keyOf(item))) seen.set(keyOf(item), item);
  }
  return [...seen.values()];
}

/** Return the wanted letters of a filter, at most so many: a group's acts go to each of them. */
export async function allLetters(
  filter: LetterFilter,
  isWanted: (letter: LetterRow) => boolean,
  most: number,
): Promise<LetterRow[]> {
  const all: LetterRow[] = [];
  let cursor: string | null = null;
  do {
    const page = await lettersApi.letters(filter, cursor);
    all.push(...page.items.filter(isWanted));
    cursor = page.next_cursor;
  } while (cursor && all.length < most);
  return all.slice(0, most);
}
