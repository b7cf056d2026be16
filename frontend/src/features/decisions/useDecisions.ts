// Server state of what waits for the reader. A frame reads it anew; a slow poll covers a lost one.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import type { DraftView, QuestionView } from "../../contracts.gen";
import { useLive } from "../chat/chatSession";
import { decisionsApi } from "./decisionsApi";

const POLL_MS = 30_000;
const BURST_MS = 200; // one reading for a burst of changes

const DECISIONS = "decisions";

export interface Waiting {
  readonly drafts: readonly DraftView[];
  readonly questions: readonly QuestionView[];
}

async function readWaiting(): Promise<Waiting> {
  const [drafts, questions] = await Promise.all([decisionsApi.drafts(), decisionsApi.questions()]);
  return {
    drafts: drafts.items.filter(({ mine }) => mine),
    questions: questions.items.filter(({ mine }) => mine),
  };
}

/** What the reader may decide now, oldest first. */
export function useWaiting() {
  return useQuery({ queryKey: [DECISIONS], queryFn: readWaiting, refetchInterval: POLL_MS });
}

/** Return what to call after a decision: all that waits is read anew. */
export function useDecided(): () => Promise<void> {
  const client = useQueryClient();
  return () => client.invalidateQueries({ queryKey: [DECISIONS] });
}

/** Read what waits anew when the server says that something of it has changed. */
export function useDecisionsLive(): void {
  const client = useQueryClient();
  const heard = useLive((state) => state.decisionsHeard);
  useEffect(() => {
    if (heard === 0) return;
    const timer = setTimeout(() => client.invalidateQueries({ queryKey: [DECISIONS] }), BURST_MS);
    return () => clearTimeout(timer);
  }, [client, heard]);
}
