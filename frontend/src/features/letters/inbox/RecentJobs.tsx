import { Link } from "@tanstack/react-router";
import { bulkText } from "../../../shared/bulkText";
import { letterText } from "../../../shared/letterText";
import { listTime } from "../../../shared/time";
import { JobState } from "../bulk/JobState";
import { useJobs } from "../useLetters";
import styles from "./RecentJobs.module.css";

const SHOWN_MS = 24 * 3_600_000; // an ended replay is of interest for a day

/** Replays of many that run, wait or ended today. */
export function RecentJobs() {
  const jobs = useJobs();
  const shown = (jobs.data?.items ?? []).filter(
    ({ state, changed_at }) =>
      !["done", "stopped"].includes(state) || Date.now() - Date.parse(changed_at) < SHOWN_MS,
  );
  if (shown.length === 0) return null; // nothing to say, and not worth an error of its own
  return (
    <section className={styles.jobs} aria-label={letterText.inbox.recent}>
      <h2>{letterText.inbox.recent}</h2>
      <ul>
        {shown.map((job) => (
          <li key={job.id}>
            <Link to="/dead-letters/replays/$job" params={{ job: job.id }}>
              {bulkText.job.by(job.made_by, listTime(job.made_at))}
            </Link>
            <JobState state={job.state} />
            <span>{bulkText.job.result(job.resolved, job.failed_again, job.skipped)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
