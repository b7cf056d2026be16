// What follows when the socket closes, and how long to wait: pure, tested code by code.
import { CLOSE_CODE } from "../../../contracts.gen";

export type AfterClose = "retry" | "log-in" | "stop";

const STOP: ReadonlySet<number> = new Set([
  CLOSE_CODE.TOO_BIG,
  CLOSE_CODE.BAD_FRAME,
  CLOSE_CODE.FORBIDDEN,
  CLOSE_CODE.TOO_MANY_TABS,
]);

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;

/** Decide what follows a close. A code that is not in the contract counts as a lost connection. */
export function afterClose(code: number): AfterClose {
  if (code === CLOSE_CODE.NO_SESSION) return "log-in";
  return STOP.has(code) ? "stop" : "retry";
}

/** Return how long to wait before try number `attempt` (from 1): full jitter up to 0.5 s … 30 s. */
export function waitBefore(attempt: number, random: () => number): number {
  const ceiling = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.max(0, attempt - 1));
  return Math.round(random() * ceiling);
}
