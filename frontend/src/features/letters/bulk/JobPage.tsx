import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import type { ReplayJob } from "../../../contracts.gen";
import { ActButton } from "../../../shared/ActButton";
import { bulkText } from "../../../shared/bulkText";
import { Dialog, DialogActs, DialogProblem } from "../../../shared/Dialog";
import { Icon } from "../../../shared/Icon";
import { LoadFailed } from "../../../shared/LoadFailed";
import { letterText } from "../../../shared/letterText";
import { Refused, wordsFor } from "../../../shared/problem";
import { Stale } from "../../../shared/Stale";
import { text } from "../../../shared/text";
import { listTime } from "../../../shared/time";
import { searchOf } from "../letterSearch";
import { lettersApi } from "../lettersApi";
import { useJob, useLettersChanged } from "../useLetters";
import styles from "./JobPage.module.css";
import { JobProgress } from "./JobProgress";
import { JobState } from "./JobState";

const words = bulkText.job;

/** One replay of many: how far it is, what came of it, and its brakes. */
export function JobPage({ job: id }: { readonly job: string }) {
  const job = useJob(id);
  useEffect(() => {
    document.title = `${words.title} · ${text.product}`;
    return () => {
      document.title = text.product;
    };
  }, []);
  if (job.isError && !job.data) {
    const gone = job.error instanceof Refused && job.error.problem.status === 404;
    return (
      <LoadFailed
        what={gone ? words.notFound : words.failed}
        why={wordsFor(job.error)}
        onRetry={() => void job.refetch()}
      />
    );
  }
  return (
    <div className={styles.page}>
      <Link to="/dead-letters" className={styles.back}>
        <Icon name="back" />
        {letterText.letter.back}
      </Link>
      <h1>{words.title}</h1>
      <Stale read={job} />
      {job.data ? <Job job={job.data} /> : <p role="status">{text.loading}</p>}
    </div>
  );
}

function Job({ job }: { readonly job: ReplayJob }) {
  return (
    <>
      <p className={styles.facts}>
        <JobState state={job.state} />
        <span>{words.by(job.made_by, listTime(job.made_at))}</span>
        <span>{words.pace(job.pace)}</span>
        <span>
          {job.revision === "original"
            ? letterText.replayOne.original
            : letterText.replayOne.current}
        </span>
        <Link to="/dead-letters" search={searchOf(job.filter)}>
          {words.letters}
        </Link>
      </p>
      {job.why ? (
        <p className={styles.why} role="status">
          {job.why}
        </p>
      ) : null}
      <JobProgress job={job} />
      <Brakes job={job} />
      <Why title={words.failures} letters={job.failures} of={job.failed_again} />
      <Why title={words.skips} letters={job.skips} of={job.skipped} />
    </>
  );
}

interface WhyProps {
  readonly title: string;
  readonly letters: ReplayJob["skips"];
  readonly of: number;
}

/** Letters that were not resolved, each with its reason. */
function Why({ title, letters, of }: WhyProps) {
  return letters.length === 0 ? null : (
    <section>
      <h2>{title}</h2>
      <ul className={styles.skips}>
        {letters.map(({ letter, reference, why }) => (
          <li key={letter}>
            <Link to="/dead-letters/$letter" params={{ letter: reference }}>
              {reference}
            </Link>
            <span>{why}</span>
          </li>
        ))}
      </ul>
      {of > letters.length ? <p>{words.moreSkips(of - letters.length)}</p> : null}
    </section>
  );
}

function Brakes({ job }: { readonly job: ReplayJob }) {
  const [stopping, setStopping] = useState(false);
  const changed = useLettersChanged();
  const move = useMutation({
    mutationFn: (act: "pause" | "resume" | "stop") => lettersApi.move(job.id, act),
    onSettled: changed, // a refusal says that somebody was first: show how it stands
  });
  const running = job.state === "running";
  const waiting = job.state === "paused" || job.state === "halted";
  return (
    <>
      {move.error ? <DialogProblem>{wordsFor(move.error)}</DialogProblem> : null}
      <div className={styles.brakes}>
        {running ? (
          <ActButton icon="pause" disabled={move.isPending} onClick={() => move.mutate("pause")}>
            {words.pause}
          </ActButton>
        ) : null}
        {waiting ? (
          <ActButton
            main
            icon="again"
            disabled={move.isPending}
            onClick={() => move.mutate("resume")}
          >
            {words.resume}
          </ActButton>
        ) : null}
        {running || waiting ? (
          <ActButton danger icon="stop" disabled={move.isPending} onClick={() => setStopping(true)}>
            {words.stop}
          </ActButton>
        ) : null}
      </div>
      {stopping ? (
        <Dialog title={words.stopTitle} onClose={() => setStopping(false)}>
          <p>{words.stopSays(job.pending)}</p>
          <DialogActs>
            <ActButton onClick={() => setStopping(false)}>{letterText.cancel}</ActButton>
            <ActButton
              danger
              onClick={() => {
                setStopping(false);
                move.mutate("stop");
              }}
            >
              {words.stop}
            </ActButton>
          </DialogActs>
        </Dialog>
      ) : null}
    </>
  );
}
