import type { TriedStep, TryResult } from "../../../contracts.gen";
import { botText } from "../../../shared/botText";
import { DialogProblem } from "../../../shared/Dialog";
import { Icon } from "../../../shared/Icon";
import { Markdown } from "../../../shared/markdown/Markdown";
import { faultWords } from "../editor/lintMarks";
import { changesOf } from "./patchWords";
import styles from "./Tried.module.css";

const words = botText.tryOut;

/** How a try went: each step with its time and changes, what the bot would say, where it stopped. */
export function Tried({ result }: { readonly result: TryResult }) {
  const { errors, steps, error, waiting } = result;
  if (errors.length > 0) {
    return (
      <DialogProblem>
        {words.faults}
        <ul>
          {errors.map((fault) => (
            <li key={`${fault.line}:${fault.column} ${fault.message}`}>
              {fault.line}:{fault.column} {faultWords(fault)}
            </li>
          ))}
        </ul>
      </DialogProblem>
    );
  }
  const silent = !steps.some(({ reply }) => reply) && !error && !waiting;
  return (
    <div className={styles.tried}>
      <ol aria-label={words.steps}>
        {steps.map((step, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: steps of one try never move
          <li key={`${step.id} ${index}`}>
            <Step step={step} />
          </li>
        ))}
      </ol>
      {waiting ? (
        <p className={styles.waiting}>
          <Icon name="clock" /> {words.waits} <span>{waiting}</span>
        </p>
      ) : null}
      {error ? (
        <DialogProblem>
          <b>{error.step === null ? words.stoppedEarly : words.stopped(error.step)}:</b>{" "}
          {[error.type, error.text].filter(Boolean).join(": ")}
        </DialogProblem>
      ) : null}
      {silent ? <p>{words.noReply}</p> : null}
    </div>
  );
}

function Step({ step }: { readonly step: TriedStep }) {
  const changes = changesOf(step.patch);
  return (
    <>
      <details className={styles.step}>
        <summary>
          <b>{step.id}</b> <span>{words.took(step.milliseconds)}</span>{" "}
          <span>{changes.length > 0 ? words.changes(changes.length) : words.unchanged}</span>
        </summary>
        <ul>
          {changes.map((change) => (
            <li key={`${change.what} ${change.where}`}>
              {words[change.what]} <code>{change.where}</code>
              {change.value === null ? null : (
                // biome-ignore lint/a11y/noNoninteractiveTabindex: what is long scrolls, by the keyboard too
                <pre tabIndex={0}>{change.value}</pre>
              )}
            </li>
          ))}
        </ul>
      </details>
      {step.reply ? (
        <figure className={styles.reply} aria-label={words.reply}>
          <figcaption>{words.reply}</figcaption>
          <div className={styles.bubble}>
            <Markdown body={step.reply.body} />
          </div>
        </figure>
      ) : null}
    </>
  );
}
