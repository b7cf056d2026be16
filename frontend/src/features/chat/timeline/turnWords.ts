// What is said of a running turn: pure, so that its test is a table.
import { text } from "../../../shared/text";
import type { OpenTurn, TurnStep } from "../live/conversationLog";

const STILL_AFTER_S = 10; // then a person wonders whether anything goes on
const SILENT_AFTER_S = 4; // a free runner begins within a second; this long without a word is a wait

export interface TurnWordsSource {
  readonly turn: OpenTurn;
  readonly step: TurnStep | null;
  readonly bot: string;
  /** Our clock, in ms. */
  readonly now: number;
}

export interface TurnWords {
  /** From 1; 0 when nobody works on it. */
  readonly position: number;
  readonly total: number;
  readonly line: string;
}

/** Return where a turn stands, in words. Progress whose lease is over is not shown. */
export function turnWords({ turn, step, bot, now }: TurnWordsSource): TurnWords {
  const words = text.turn;
  const seconds = Math.max(0, Math.floor((now - Date.parse(turn.at)) / 1000));
  const fresh = step && now - step.heardAt <= step.leaseMs ? step : null;
  const parts: string[] = [bot];
  if (fresh) {
    parts.push(words.step(fresh.position, fresh.total));
    if (fresh.activity) parts.push(fresh.activity);
    if (fresh.attempt > 1) parts.push(words.attempt(fresh.attempt));
  } else {
    parts.push(seconds >= SILENT_AFTER_S ? words.silent : words.starting);
  }
  if (seconds > 0) parts.push(words.seconds(seconds));
  if (fresh && seconds >= STILL_AFTER_S) parts.push(words.still);
  return {
    position: fresh?.position ?? 0,
    total: fresh?.total ?? turn.steps.length,
    line: parts.join(" · "),
  };
}
