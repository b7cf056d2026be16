// How many live runners serve each step: pure.
import type { RunnerView, StepCard, StepKindView } from "../../../contracts.gen";
import { botText } from "../../../shared/botText";

const words = botText.pipeline;

/** A step of the pipeline as it is shown; runners is null while it is not known. */
export interface ServedStep {
  readonly step: StepCard;
  readonly runners: number | null;
  /** Failures of this step in the last 24 hours, as far as the reader may know them. */
  readonly failures: number;
  /** Commands that stand in the step's queue now, of all bots; null while nobody knows. */
  readonly waiting: number | null;
}

/** Count the ready runners of each step; runners is undefined while they could not be read. */
export function servedSteps(
  steps: readonly StepCard[],
  runners: readonly RunnerView[] | undefined,
  failures: ReadonlyMap<string, number> = new Map(),
  kinds: readonly StepKindView[] = [],
): readonly ServedStep[] {
  return steps.map((step) => ({
    step,
    runners: runners
      ? runners.filter(({ kinds, ready }) => ready && kinds.includes(step.kind)).length
      : null,
    failures: failures.get(step.id) ?? 0,
    waiting: kinds.find(({ kind }) => kind === step.kind)?.waiting ?? null,
  }));
}

/** Return whether a message to this bot would wait: some step is served by nobody. */
export function messagesWait(steps: readonly ServedStep[]): boolean {
  return steps.some(({ runners }) => runners === 0);
}

export function runnersWords(runners: number | null): string {
  if (runners === null) return words.unknown;
  return runners === 0 ? words.nobody : words.runners(runners);
}

/** Return how many commands wait, in words; nothing while none does. */
export function waitingWords(waiting: number | null): string {
  return waiting ? words.queue(waiting) : "";
}
