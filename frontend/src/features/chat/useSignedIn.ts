import { useEffect, useState } from "react";
import type { Me } from "../../contracts.gen";
import { useSessionGone } from "../accounts/useMe";
import { type ChatSession, makeChatSession } from "./chatSession";

const START_AGAIN_MS = 3_000; // between tries to read the list at the start

/** Keep a chat session while this person is signed in; null for the moment before it is made. */
export function useSignedIn(me: Me): ChatSession | null {
  const [session, setSession] = useState<ChatSession | null>(null);
  const sessionGone = useSessionGone();
  // biome-ignore lint/correctness/useExhaustiveDependencies: one session for one person, whatever re-renders
  useEffect(() => {
    const made = makeChatSession(me, { url: socketUrl() }, sessionGone);
    const leave = keepStarted(made);
    setSession(made);
    return () => {
      leave();
      made.close();
    };
  }, [me.id]);
  return session;
}

function keepStarted({ client, outbox }: ChatSession): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const start = () => {
    client.start().then(
      () => outbox.retryHeld(),
      () => {
        timer = setTimeout(start, START_AGAIN_MS);
      },
    );
  };
  start();
  const online = () => client.cameOnline();
  const offline = () => client.wentOffline();
  const visible = () => {
    if (document.visibilityState === "visible") client.tryNow();
  };
  window.addEventListener("online", online);
  window.addEventListener("offline", offline);
  document.addEventListener("visibilitychange", visible);
  return () => {
    clearTimeout(timer);
    window.removeEventListener("online", online);
    window.removeEventListener("offline", offline);
    document.removeEventListener("visibilitychange", visible);
  };
}

function socketUrl(): string {
  return `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws`;
}
