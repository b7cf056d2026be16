import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect } from "react";
import type { LogEntry, TraceView } from "../../contracts.gen";
import { get } from "../../shared/http";
import { Icon } from "../../shared/Icon";
import { LoadFailed } from "../../shared/LoadFailed";
import { letterText } from "../../shared/letterText";
import { wordsFor } from "../../shared/problem";
import { text } from "../../shared/text";
import { turnText } from "../../shared/turnText";
import styles from "./TurnPage.module.css";

const POLL_MS = 3_000; // a turn that has not ended yet

/** Why this answer: every attempt of every step, bots that were asked as a tree. */
export function TurnPage({ turn }: { readonly turn: string }) {
  const trace = useQuery({
    queryKey: ["trace", turn],
    queryFn: () => get<TraceView>(`/turns/${turn}/trace`),
    refetchInterval: ({ state }) => (state.data?.turn.ended_at ? false : POLL_MS),
  });
  useEffect(() => {
    document.title = `${turnText.title} · ${text.product}`;
    return () => {
      document.title = text.product;
    };
  }, []);
  if (trace.isError && !trace.data)
    return (
      <LoadFailed what={turnText.failed} why={wordsFor(trace.error)} onRetry={trace.refetch} />
    );
  if (!trace.data) return <p role="status">{text.loading}</p>;
  const { turn: shown, log } = trace.data;
  const file = `data:application/json,${encodeURIComponent(JSON.stringify(trace.data, null, 2))}`;
  return (
    <div className={styles.page}>
      <header className={styles.head}>
        <Link to="/c/$conversationId" params={{ conversationId: shown.conversation_id }}>
          <Icon name="back" />
          {turnText.back}
        </Link>
        <h1>{turnText.title}</h1>
        <p>{turnText.of(shown.bot, shown.revision.slice(0, 12), shown.state, shown.run)}</p>
        <a href={file} download={`turn-${shown.id}.json`}>
          {turnText.download}
        </a>
      </header>
      {log.length === 0 ? <p>{turnText.none}</p> : null}
      <ol className={styles.steps}>
        {log.map((entry) => (
          <Step
            key={`${entry.path.join("/")} ${entry.position} ${entry.outcome} ${entry.queued_at} ${entry.attempt}`}
            entry={entry}
          />
        ))}
      </ol>
    </div>
  );
}

function Step({ entry }: { readonly entry: LogEntry }) {
  const wait = seconds(entry.queued_at, entry.started_at);
  const run = seconds(entry.started_at, entry.ended_at);
  return (
    <li style={{ marginInlineStart: `calc(${entry.path.length} * var(--space-4))` }}>
      <b>
        {entry.position + 1}. {entry.step}
      </b>{" "}
      <span>
        {letterText.letter.outcome[entry.outcome]}
        {entry.by ? ` · ${entry.by}` : ""}
      </span>{" "}
      <small>{turnText.times(wait, run, entry.attempt)}</small>
      {entry.error ? <p className={styles.error}>{entry.error}</p> : null}
      {entry.patch.length > 0 ? (
        <details>
          <summary>{turnText.changes(entry.patch.length)}</summary>
          <pre>{entry.patch.map((one) => JSON.stringify(one)).join("\n")}</pre>
        </details>
      ) : null}
    </li>
  );
}

function seconds(from: string, to: string): string {
  return `${Math.max(0, (Date.parse(to) - Date.parse(from)) / 1000).toFixed(2)} s`;
}
