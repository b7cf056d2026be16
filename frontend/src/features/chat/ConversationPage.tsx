import { lazy, Suspense, useEffect, useState } from "react";
import { LoadFailed } from "../../shared/LoadFailed";
import { Refused, wordsFor } from "../../shared/problem";
import { text } from "../../shared/text";
import { commandOf } from "../takeover/commands";
import { TakeoverBanner } from "../takeover/TakeoverBanner";
import { useTakeover } from "../takeover/useTakeover";
import { ConversationHeader } from "./ConversationHeader";
import styles from "./ConversationPage.module.css";
import { useChatSession, useLive } from "./chatSession";
import { Composer } from "./composer/Composer";
import type { ConversationLog } from "./live/conversationLog";
import { nameOf } from "./naming";
import { MessageList } from "./timeline/MessageList";
import { useStopTurn } from "./useStopTurn";

const WaitingHere = lazy(async () => ({
  default: (await import("../decisions/WaitingHere")).WaitingHere,
}));

/** One conversation: who, what was said, and the field to write. */
export function ConversationPage({ conversationId }: { readonly conversationId: string }) {
  const { client } = useChatSession();
  const log = useLive((state) => state.logs[conversationId]);
  const me = useLive((state) => state.me);
  const { error, retry } = useLoaded(conversationId);
  const name = log ? nameOf(log, me) : "";
  useEffect(() => {
    document.title = name ? `${name} · ${text.product}` : text.product;
    return () => {
      document.title = text.product;
    };
  }, [name]);
  useEffect(() => () => client.leave(conversationId), [client, conversationId]);
  if (error && !log?.loaded) {
    const gone = error instanceof Refused && error.problem.status === 404;
    if (gone) return <LoadFailed what={text.chat.notFound} onRetry={retry} />;
    return <LoadFailed what={text.chat.loadFailed} why={wordsFor(error)} onRetry={retry} />;
  }
  if (!log) return <p className={styles.loading}>{text.loading}</p>;
  return <Conversation log={log} me={me} name={name} />;
}

interface ConversationProps {
  readonly log: ConversationLog;
  readonly me: string;
  readonly name: string;
}

/** A conversation that is known: commands act, everything else is sent. */
function Conversation({ log, me, name }: ConversationProps) {
  const { outbox } = useChatSession();
  const stop = useStopTurn();
  const takeover = useTakeover(log);
  const running = Object.values(log.turns).findLast(({ state }) => state === "running");
  return (
    <>
      <ConversationHeader log={log} me={me} takeover={takeover} />
      {log.loaded ? (
        <MessageList log={log} me={me} stop={stop} />
      ) : (
        <p className={styles.loading} role="status">
          {text.loading}
        </p>
      )}
      <TakeoverBanner log={log} me={me} takeover={takeover} />
      <Suspense>
        <WaitingHere conversation={log.id} />
      </Suspense>
      <Composer
        conversationId={log.id}
        name={name}
        onSend={(body) => {
          const command = commandOf(body);
          if (command) void takeover.run(command);
          else outbox.add(log.id, body);
        }}
        onStop={() => {
          if (running) stop.stop(running.id);
        }}
      />
    </>
  );
}

/** See that the conversation's newest page is read; error is why it could not be. */
function useLoaded(id: string) {
  const { client, live } = useChatSession();
  const [error, setError] = useState<unknown>(null);
  const [attempt, setAttempt] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: attempt is the wish to try again
  useEffect(() => {
    let here = true;
    setError(null);
    if (live.getState().logs[id]?.loaded) return;
    client.load(id).catch((reason: unknown) => here && setError(reason));
    return () => {
      here = false;
    };
  }, [client, live, id, attempt]);
  return { error, retry: () => setAttempt((count) => count + 1) };
}
