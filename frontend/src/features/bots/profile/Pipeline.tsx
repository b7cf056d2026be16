import { Link } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import type { BotView } from "../../../contracts.gen";
import { botText } from "../../../shared/botText";
import { DialogProblem } from "../../../shared/Dialog";
import { Icon } from "../../../shared/Icon";
import { Part } from "../../../shared/Part";
import { wordsFor } from "../../../shared/problem";
import { nameOf } from "../botWords";
import { useQueues, useRecord, useRunners } from "../useBots";
import styles from "./Pipeline.module.css";
import { failuresByStep } from "./recordOf";
import { messagesWait, runnersWords, type ServedStep, servedSteps, waitingWords } from "./served";

const words = botText.pipeline;

const PipelineGraph = lazy(async () => ({
  default: (await import("./PipelineGraph")).PipelineGraph,
}));

const VIEWS = ["list", "graph"] as const;

/** The bot's steps, as a list or as a graph, and who serves each now. */
export function Pipeline({ bot }: { readonly bot: BotView }) {
  const runners = useRunners();
  const rows = useRecord(bot);
  const [view, setView] = useState<(typeof VIEWS)[number]>("list");
  const kinds = useQueues();
  const failures = failuresByStep(rows.data?.items ?? []);
  const steps = servedSteps(bot.steps, runners.data?.items, failures, kinds.data?.items ?? []);

  if (steps.length === 0) {
    return (
      <Part title={words.title}>
        <p>{words.none}</p>
      </Part>
    );
  }
  return (
    <Part title={words.title}>
      {messagesWait(steps) && bot.status !== "removed" ? (
        <p className={styles.waits} role="status">
          <Icon name="clock" /> {words.waits}
        </p>
      ) : null}
      {runners.isError && !runners.data ? (
        <DialogProblem>
          {words.failed} {wordsFor(runners.error)}
        </DialogProblem>
      ) : null}
      <div className={styles.top}>
        <p>{words.lead}</p>
        <fieldset className={styles.views}>
          <legend className={styles.spoken}>{words.show}</legend>
          {VIEWS.map((one) => (
            <button
              key={one}
              type="button"
              aria-pressed={view === one}
              onClick={() => setView(one)}
            >
              {words[one]}
            </button>
          ))}
        </fieldset>
      </div>
      {view === "list" ? (
        <StepList bot={bot.name} steps={steps} />
      ) : (
        <Suspense fallback={<p role="status">{words.loading}</p>}>
          <PipelineGraph label={words.graphLabel(nameOf(bot))} steps={steps} />
        </Suspense>
      )}
    </Part>
  );
}

interface StepListProps {
  readonly bot: string;
  readonly steps: readonly ServedStep[];
}

function StepList({ bot, steps }: StepListProps) {
  return (
    <ol className={styles.steps}>
      {steps.map(({ step, runners, failures, waiting }) => (
        <li key={step.id}>
          <div className={styles.step}>
            <b>{step.id}</b> <code>{step.class_name}</code>
            <span className={styles.runners} data-none={runners === 0}>
              {runners === 0 ? <Icon name="warning" /> : null}
              {runnersWords(runners)}
            </span>
            {waiting ? <span className={styles.runners}>{waitingWords(waiting)}</span> : null}
            {failures > 0 ? (
              <Link
                to="/dead-letters"
                search={{ status: "all", bot, step: step.id }}
                className={styles.failures}
              >
                {words.failures(failures)}
              </Link>
            ) : null}
          </div>
          <small>
            {words.limits(step.timeout_seconds, step.attempts)} · {words.onError[step.on_error]}
            {step.delegates ? ` · ${words.asks(step.delegates)}` : ""}
          </small>
        </li>
      ))}
    </ol>
  );
}
