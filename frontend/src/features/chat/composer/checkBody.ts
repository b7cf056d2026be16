// Whether a body may be sent, and what to say about its length: pure.
import { MAX_BODY_CHARS } from "../../../contracts.gen";
import { text } from "../../../shared/text";

const WARN_LEFT = 1_000; // characters before the limit at which the count is shown

export interface BodyCheck {
  readonly sendable: boolean;
  readonly over: number;
  readonly note: string | null;
}

/** Check a body against the limit, counted in characters as the server counts them. */
export function checkBody(body: string): BodyCheck {
  // two code units make at most one character less, so short bodies need no counting
  const length = body.length <= MAX_BODY_CHARS - WARN_LEFT ? body.length : [...body].length;
  const over = Math.max(0, length - MAX_BODY_CHARS);
  const left = MAX_BODY_CHARS - length;
  const limit = MAX_BODY_CHARS.toLocaleString("en").replace(",", " ");
  if (over > 0) return { sendable: false, over, note: text.composer.tooLong(over, limit) };
  const note = left < WARN_LEFT ? text.composer.left(left) : null;
  return { sendable: body.trim() !== "", over, note };
}
