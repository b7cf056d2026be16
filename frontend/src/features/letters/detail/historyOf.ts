// All that has happened to a letter, in the order of time: pure.
import type { ActView, FailureView, LetterView } from "../../../contracts.gen";

export type Happened =
  | { readonly kind: "failure"; readonly at: string; readonly failure: FailureView }
  | { readonly kind: "act"; readonly at: string; readonly act: ActView };

/** Return failures and acts, oldest first. */
export function historyOf({ failures, acts }: Pick<LetterView, "failures" | "acts">): Happened[] {
  const all: Happened[] = [
    ...failures.map((failure) => ({ kind: "failure" as const, at: failure.failed_at, failure })),
    ...acts.map((act) => ({ kind: "act" as const, at: act.at, act })),
  ];
  return all.sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
}
