import { decisionText } from "../../../shared/decisionText";
import { text } from "../../../shared/text";
import { useNow } from "../../../shared/useNow";
import { type ConversationLog, isTriedAgain, type OpenTurn } from "../live/conversationLog";
import { displayName } from "../naming";
import type { StopTurn } from "../useStopTurn";
import { botsWithQueue } from "./buildTimeline";
import { TurnAtWork } from "./TurnAtWork";
import styles from "./TurnsAtWork.module.css";

interface TurnsAtWorkProps {
  readonly log: ConversationLog;
  readonly stop: StopTurn;
}

/** What is being worked on: below the messages and outside of the log, so that it is not read out. */
export function TurnsAtWork({ log, stop }: TurnsAtWorkProps) {
  const turns = Object.values(log.turns);
  // one that is tried again stands in the card of its failure
  const running = turns.filter((turn) => turn.state === "running" && !isTriedAgain(turn));
  const now = useNow(1000, running.length > 0);
  const waiting = turns.filter(({ state }) => state === "waiting");
  const queues = botsWithQueue(log);
  const behindDoor = turns.filter((turn) => turn.state === "queued" && !isBusy(running, turn));
  if (running.length + waiting.length + queues.length + behindDoor.length === 0) return null;
  return (
    <div className={styles.turns}>
      {running.map((turn) => (
        <TurnAtWork key={turn.id} turn={turn} log={log} now={now} stop={stop} />
      ))}
      {waiting.map((turn) => (
        <p key={turn.id} className={styles.note}>
          {turn.waitingFor
            ? decisionText.waitsFor(displayName(log, turn.bot), turn.waitingFor)
            : text.turn.waiting(displayName(log, turn.bot))}
        </p>
      ))}
      {queues.map(({ bot, waiting: count }) => (
        <p key={bot} className={styles.note}>
          {text.turn.queued(displayName(log, bot), count)}
        </p>
      ))}
      {behindDoor.map((turn) => (
        <p key={turn.id} className={styles.note}>
          {text.turn.queuedTurn(displayName(log, turn.bot))}
        </p>
      ))}
    </div>
  );
}

function isBusy(running: readonly OpenTurn[], turn: OpenTurn): boolean {
  return running.some(({ bot }) => bot === turn.bot);
}
