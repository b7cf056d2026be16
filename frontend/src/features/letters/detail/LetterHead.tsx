import { Link } from "@tanstack/react-router";
import type { LetterRow, LetterView } from "../../../contracts.gen";
import { CopyButton } from "../../../shared/CopyButton";
import { Facts } from "../../../shared/Facts";
import { letterText } from "../../../shared/letterText";
import { fullTime } from "../../../shared/time";
import { errorLine } from "../letterWords";
import { FailureBadge, StatusWord } from "../StatusWord";
import styles from "./LetterHead.module.css";

const words = letterText.letter;

/** Whether a replay is of use while it is open; else how it ended. Without a turn nobody waits. */
function Verdict({ letter }: { readonly letter: LetterRow }) {
  if (letter.status !== "open" && letter.status !== "replaying") {
    return <p className={styles.verdict}>{letterText.statusMeaning[letter.status]}</p>;
  }
  if (letter.turn_id === null) return null;
  return (
    <p className={styles.verdict} data-verdict={letter.verdict}>
      {letterText.verdict[letter.verdict]}
    </p>
  );
}

/** What failed, where, and why in plain words: before anything else. */
export function LetterHead({ view }: { readonly view: LetterView }) {
  const { letter } = view;
  const unknown = letter.bot === null || letter.step === null;
  const where =
    view.position === null || view.steps.length === 0
      ? null
      : words.where(
          view.position + 1,
          view.steps.length,
          letter.kind === letter.step ? null : letter.kind,
        );
  return (
    <header className={styles.head}>
      <h1>
        {unknown
          ? words.titleUnknown
          : words.title(letter.bot ?? "", letter.step ?? letterText.unknownStep)}
      </h1>
      <p className={styles.state}>
        <StatusWord status={letter.status} />
        <FailureBadge failures={letter.failures} />
        <code>{letter.reference}</code>
        <CopyButton content={letter.reference} label={words.reference} />
      </p>
      <p className={styles.why}>
        {letterText.reasonMeaning[letter.reason]} {where ? `(${where})` : ""}
      </p>
      {letter.error_text || letter.error_type ? (
        <p className={styles.error}>{errorLine(letter)}</p>
      ) : null}
      <Verdict letter={letter} />
      <Facts
        facts={[
          [words.facts.failedAt, fullTime(letter.failed_at)],
          [words.facts.attempt, letter.attempt > 0 ? String(letter.attempt) : null],
          [words.facts.failures, String(letter.failures)],
          [words.facts.runner, letter.runner],
        ]}
      />
      <p className={styles.links}>
        <Link to="/dead-letters" search={{ status: "all", group: letter.fingerprint }}>
          {words.alike}
        </Link>
        {letter.conversation_id ? (
          <Link to="/dead-letters" search={{ status: "all", conversation: letter.conversation_id }}>
            {words.alsoHere}
          </Link>
        ) : null}
      </p>
    </header>
  );
}
