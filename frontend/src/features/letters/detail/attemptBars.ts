// Where the tries of a turn stand on one line of time: pure.
import type { LogEntry } from "../../../contracts.gen";

type Times = Pick<LogEntry, "queued_at" | "started_at" | "ended_at">;

/** Shares of the whole time in per cent: before it was queued, waiting, running. */
export interface AttemptBar {
  readonly before: number;
  readonly wait: number;
  readonly run: number;
}

/** Return a bar for each entry. Clocks of several machines may disagree: no share is below 0. */
export function barsOf(entries: readonly Times[]): readonly AttemptBar[] {
  const at = (time: string) => Date.parse(time);
  const start = Math.min(...entries.map(({ queued_at }) => at(queued_at)));
  const end = Math.max(...entries.map(({ ended_at }) => at(ended_at)));
  const whole = Math.max(1, end - start);
  const share = (from: number, to: number) => (Math.max(0, to - from) / whole) * 100;
  return entries.map(({ queued_at, started_at, ended_at }) => ({
    before: share(start, at(queued_at)),
    wait: share(at(queued_at), at(started_at)),
    run: share(Math.max(at(queued_at), at(started_at)), at(ended_at)),
  }));
}

/** Return a span in words: "40 ms", "2.5 s", "4 min". */
export function secondsWords(from: string, to: string): string {
  const ms = Math.max(0, Date.parse(to) - Date.parse(from));
  if (ms < 1000) return `${ms} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  return `${Math.round(ms / 60_000)} min`;
}
