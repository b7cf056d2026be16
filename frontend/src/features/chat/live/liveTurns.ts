// Progress and streamed text: pushed, never kept, and so the one part of the log that may be lost.
import type { TurnDelta, TurnProgress } from "../../../contracts.gen";
import type { ConversationLog, LiveTurn } from "./conversationLog";

const NOTHING: LiveTurn = { run: 0, step: null, streamed: null };
const MAX_LIVE_TURNS = 50; // progress of turns that never end in our sight must not pile up

/** Take up where a run stands. An older run than the one known is ignored. */
export function applyProgress(
  log: ConversationLog,
  frame: TurnProgress,
  now: number,
): ConversationLog {
  const live = liveOf(log, frame.turn_id, frame.run);
  if (!live) return log;
  return withLive(log, frame.turn_id, {
    ...live,
    step: {
      step: frame.step,
      position: frame.position,
      total: frame.total,
      attempt: frame.attempt,
      activity: frame.activity,
      leaseMs: frame.lease_seconds * 1000,
      heardAt: now,
    },
  });
}

/** Take up a piece of text. Index 0 begins anew; a piece out of turn means: forget this text. */
export function applyDelta(log: ConversationLog, frame: TurnDelta): ConversationLog {
  const live = liveOf(log, frame.turn_id, frame.run);
  if (!live) return log;
  const { step, attempt, index, text } = frame;
  const before = live.streamed;
  if (index === 0) {
    return withLive(log, frame.turn_id, {
      ...live,
      streamed: { step, attempt, nextIndex: 1, text },
    });
  }
  if (!before) return log;
  const next = before.step === step && before.attempt === attempt && before.nextIndex === index;
  const streamed = next
    ? { ...before, nextIndex: index + 1, text: before.text + text }
    : { step, attempt, nextIndex: -1, text: "" };
  return withLive(log, frame.turn_id, { ...live, streamed });
}

/** Forget text (a message of that turn has come) or all that is live of a turn. */
export function forgetLive(
  log: ConversationLog,
  turnId: string,
  what: "text" | "all",
): ConversationLog {
  const live = log.live[turnId];
  if (!live) return log;
  if (what === "text" && live.step) return withLive(log, turnId, { ...live, streamed: null });
  const { [turnId]: _gone, ...rest } = log.live;
  return { ...log, live: rest };
}

/** Return what is live of a turn's current run, or null when the frame is of an older one. */
function liveOf(log: ConversationLog, turnId: string, run: number): LiveTurn | null {
  const turn = log.turns[turnId];
  const live = log.live[turnId] ?? NOTHING;
  if (run < live.run || (turn && run < turn.run)) return null;
  return run > live.run ? { ...NOTHING, run } : live;
}

function withLive(log: ConversationLog, turnId: string, live: LiveTurn): ConversationLog {
  const entries = Object.entries({ ...log.live, [turnId]: live });
  return { ...log, live: Object.fromEntries(entries.slice(-MAX_LIVE_TURNS)) };
}
