import type { LetterView } from "../../../contracts.gen";
import { CopyButton } from "../../../shared/CopyButton";
import { letterText } from "../../../shared/letterText";
import { fullTime } from "../../../shared/time";
import { errorLine } from "../letterWords";
import { FailureBadge, StatusWord } from "../StatusWord";
import { Facts } from "./Facts";
import styles from "./LetterHead.module.css";

const words = letterText.letter;

/** What failed, where, and why in plain words: before anything else. */
export function LetterHead({ view }: { readonly view: LetterView }) {
  const { letter } = view;
  const unknown = letter.bot === null || letter.step === null;
  const where =
    view.position === null || view.steps.length === 0
      ? null
      : words.where(view.position + 1, view.steps.length, letter.kind ?? "");
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
      {letter.status === "open" || letter.status === "replaying" ? (
        <p className={styles.verdict} data-verdict={letter.verdict}>
          {letterText.verdict[letter.verdict]}
        </p>
      ) : (
        <p className={styles.verdict}>{letterText.statusMeaning[letter.status]}</p>
      )}
      <Facts
        facts={[
          [words.facts.failedAt, fullTime(letter.failed_at)],
          [words.facts.attempt, letter.attempt > 0 ? String(letter.attempt) : null],
          [words.facts.failures, String(letter.failures)],
          [words.facts.runner, letter.runner],
        ]}
      />
    </header>
  );
}
