// What a step was given the last time it began: what an edit starts from. Pure.
import type { LetterView } from "../../../contracts.gen";

type Payload = Record<string, unknown>;

/** Return a step's input as the letter knows it; null when the step was never reached. */
export function givenTo(view: LetterView, step: string | null): Payload | null {
  if (step === view.letter.step) return view.payload;
  const path = view.attempts.at(-1)?.entry.path.join("/");
  const tries = view.attempts.filter(
    ({ entry, input }) => entry.step === step && entry.path.join("/") === path && input !== null,
  );
  const last = tries.at(-1)?.input ?? null;
  const isFirst = view.steps[0]?.id === step && !path;
  return last ?? (isFirst ? view.first_input : null);
}
