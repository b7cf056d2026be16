// Server state of bots: read again now and then, since files are edited elsewhere too.
import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import type { BotView } from "../../contracts.gen";
import type { Tagged } from "../../shared/http";
import { useChatSession } from "../chat/chatSession";
import { botsApi } from "./botsApi";

const LOOK_MS = 3_000; // what was saved in the folder shows up while one looks
const RUNNERS_MS = 4_000;
const KINDS_MS = 15_000;
const RECORD_MS = 30_000;
const DAY_MS = 24 * 3_600_000;

const BOTS = "bots";

const QUEUES_MS = 5_000; // a depth that is older says nothing

export function useBotList() {
  return useQuery({
    queryKey: [BOTS, "list"],
    queryFn: botsApi.bots,
    refetchInterval: LOOK_MS,
  });
}

/** One bot with its file's text and state. */
export function useBot(name: string) {
  return useQuery({
    queryKey: [BOTS, "one", name],
    queryFn: () => botsApi.bot(name),
    refetchInterval: LOOK_MS,
  });
}

/** Every class of step there is: how many runners serve it, and what its config may hold. */
export function useKinds() {
  return useQuery({
    queryKey: [BOTS, "kinds"],
    queryFn: botsApi.kinds,
    refetchInterval: KINDS_MS,
  });
}

/** The live runners. */
export function useRunners() {
  return useQuery({
    queryKey: [BOTS, "runners"],
    queryFn: botsApi.runners,
    refetchInterval: RUNNERS_MS,
  });
}

/** What the serving revision did in the last 24 hours; only operators may read it. */
export function useRecord({ name, revision }: BotView) {
  const { me } = useChatSession();
  return useQuery({
    queryKey: [BOTS, "record", name, revision],
    queryFn: () =>
      botsApi.record(name, revision ?? "", new Date(Date.now() - DAY_MS).toISOString()),
    enabled: me.operator && revision !== null,
    refetchInterval: RECORD_MS,
  });
}

export function usePublications(name: string) {
  return useInfiniteQuery({
    queryKey: [BOTS, "publications", name],
    queryFn: ({ pageParam }) => botsApi.publications(name, pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  });
}

/** Return what to call when a bot was saved: it is as answered, and all else is read anew. */
export function useBotSaved(): (saved: Tagged<BotView>) => void {
  const client = useQueryClient();
  return (saved) => {
    client.setQueryData([BOTS, "one", saved.body.name], saved);
    void client.invalidateQueries({ queryKey: [BOTS] });
    void client.invalidateQueries({ queryKey: ["users"] });
  };
}

/** Return what reads all of bots anew. */
export function useBotsChanged(): () => Promise<void> {
  const client = useQueryClient();
  return () => client.invalidateQueries({ queryKey: [BOTS] });
}

/** How many commands wait in each step's queue now, read again while one looks. */
export function useQueues() {
  return useQuery({
    queryKey: ["bots", "queues"],
    queryFn: botsApi.kinds,
    refetchInterval: QUEUES_MS,
  });
}
