import { useState } from "react";
import type { AttemptView, LetterView } from "../../../contracts.gen";
import { CodeText } from "../../../shared/CodeText";
import { LazyTextDiff } from "../../../shared/editor/LazyTextDiff";
import { Icon } from "../../../shared/Icon";
import { letterText } from "../../../shared/letterText";
import { Folded, Part } from "../../../shared/Part";
import { fullTime, listTime } from "../../../shared/time";
import { pretty } from "../letterWords";
import styles from "./Attempts.module.css";
import { barsOf, secondsWords } from "./attemptBars";

const words = letterText.letter;

/** Every try of every step: how long it waited and ran, and what it changed. */
export function Attempts({ view }: { readonly view: LetterView }) {
  const bars = barsOf(view.attempts.map(({ entry }) => entry));
  return (
    <Part title={words.attempts}>
      {view.attempts.length === 0 ? <p>{words.noAttempts}</p> : null}
      <ol className={styles.attempts}>
        {view.attempts.map((attempt, index) => (
          <li
            key={`${attempt.entry.path.join("/")} ${attempt.entry.position} ${attempt.entry.outcome} ${attempt.entry.queued_at} ${attempt.entry.attempt}`}
            style={{ marginInlineStart: `calc(${attempt.entry.path.length} * var(--space-3))` }}
          >
            <Attempt
              number={index + 1}
              attempt={attempt}
              bar={bars[index] ?? { before: 0, wait: 0, run: 0 }}
            />
          </li>
        ))}
      </ol>
    </Part>
  );
}

interface AttemptProps {
  readonly number: number;
  readonly attempt: AttemptView;
  readonly bar: { readonly before: number; readonly wait: number; readonly run: number };
}

function Attempt({ number, attempt: { entry, input, output }, bar }: AttemptProps) {
  const changed = entry.patch.length > 0;
  const failed = ["dead", "retried", "held"].includes(entry.outcome);
  const label = `${entry.path.map((step) => `${step} › `).join("")}${entry.position + 1}. ${entry.step}`;
  return (
    <>
      <p className={styles.line}>
        <b>{label}</b>
        <span className={styles.outcome} data-failed={failed}>
          <Icon name={failed ? "warning" : entry.by ? "hand" : "check"} />
          {words.outcome[entry.outcome]}
          {entry.by ? ` · ${entry.by}` : ""}
        </span>
        {entry.attempt > 1 ? <span>{words.try(entry.attempt)}</span> : null}
        <time dateTime={entry.started_at} title={fullTime(entry.started_at)}>
          {entry.by
            ? listTime(entry.started_at)
            : words.times(
                secondsWords(entry.queued_at, entry.started_at),
                secondsWords(entry.started_at, entry.ended_at),
              )}
        </time>
        <span>{entry.runner}</span>
      </p>
      <div className={styles.bar} aria-hidden="true">
        <span style={{ width: `${bar.before}%` }} />
        <span data-part="wait" style={{ width: `${bar.wait}%` }} />
        <span data-part="run" data-failed={failed} style={{ width: `${bar.run}%` }} />
      </div>
      {entry.error ? <p className={styles.error}>{entry.error}</p> : null}
      {input ? (
        <Change
          label={words.numbered(number, label)}
          input={input}
          output={changed ? output : null}
        />
      ) : null}
    </>
  );
}

interface ChangeProps {
  readonly label: string;
  readonly input: object;
  /** Null when it left nothing new: then only its input is of interest. */
  readonly output: object | null;
}

/** What a try was given, and how it changed that. */
function Change({ label, input, output }: ChangeProps) {
  const [opened, setOpened] = useState(false);
  const title = `${output ? words.change : words.given}: ${label}`;
  return (
    <Folded title={title} onOpen={() => setOpened(true)}>
      {opened && output ? (
        <LazyTextDiff label={title} before={pretty(input)} after={pretty(output)} />
      ) : null}
      {output ? null : <CodeText label={title}>{pretty(input)}</CodeText>}
    </Folded>
  );
}
