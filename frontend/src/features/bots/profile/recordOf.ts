// A revision's record, of the rows that the ledger tells: pure.
import type { LedgerRow } from "../../../contracts.gen";
import { botText } from "../../../shared/botText";

const words = botText.record;

type Fact = readonly [name: string, value: string | null];

/** Return what is known of a revision as names and values; null when it was not asked anything. */
export function factsOf(rows: readonly LedgerRow[]): readonly Fact[] | null {
  const whole = rows.find(({ step }) => step === "");
  if (!whole) return null;
  const { turns, failures, seconds, drafts, sent_unedited, corrections } = whole;
  const { thumbs_up, thumbs_down } = whole;
  return [
    [words.turns, words.times(turns)],
    [words.failures, turns > 0 ? words.share(failures, failures / turns) : null],
    [words.seconds, seconds === null ? null : words.took(seconds)],
    [words.drafts, drafts > 0 ? words.of(sent_unedited, drafts) : null],
    [words.corrections, corrections > 0 ? words.times(corrections) : null],
    [words.thumbs, thumbs_up + thumbs_down > 0 ? words.upDown(thumbs_up, thumbs_down) : null],
  ];
}

/** Return how often each step failed. */
export function failuresByStep(rows: readonly LedgerRow[]): ReadonlyMap<string, number> {
  return new Map(rows.filter(({ step }) => step !== "").map((row) => [row.step, row.failures]));
}
