import type { ReplayJob } from "../../../contracts.gen";
import { bulkText } from "../../../shared/bulkText";
import { doingWords } from "./doingWords";
import styles from "./JobProgress.module.css";

const words = bulkText.job;

/** How far a replay of many is: its stage of the ramp, a bar, and the figures in words. */
export function JobProgress({ job }: { readonly job: ReplayJob }) {
  const known = job.resolved + job.failed_again + job.skipped;
  const parts: readonly (readonly [string, number, string])[] = [
    ["resolved", job.resolved, words.resolved],
    ["failed", job.failed_again, words.failedAgain],
    ["skipped", job.skipped, words.skipped],
    ["sent", job.sent, words.sent],
    ["pending", job.pending, words.pending],
  ];
  const ended = job.state === "done" || job.state === "stopped";
  return (
    <section aria-label={words.progress(known, job.total)}>
      {ended ? null : (
        <ol className={styles.stages}>
          {words.stage.map((stage, index) => (
            <li
              key={stage}
              data-now={index === job.stage}
              aria-current={index === job.stage ? "step" : undefined}
            >
              {stage}
            </li>
          ))}
        </ol>
      )}
      <p className={styles.words}>{words.progress(known, job.total)}</p>
      <div className={styles.bar} aria-hidden="true">
        {parts.map(([name, n]) => (
          <span key={name} data-part={name} style={{ flexGrow: n }} />
        ))}
      </div>
      <dl className={styles.figures}>
        {parts.map(([name, n, what]) => (
          <div key={name} data-part={name}>
            <dt>{what}</dt>
            <dd>{n.toLocaleString("en")}</dd>
          </div>
        ))}
      </dl>
      <p className={styles.doing}>{doingWords(job)}</p>
      {ended ? (
        <p role="status">{words.result(job.resolved, job.failed_again, job.skipped)}</p>
      ) : null}
    </section>
  );
}
