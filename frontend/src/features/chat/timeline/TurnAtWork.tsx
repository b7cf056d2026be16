import { Avatar } from "../../../shared/Avatar";
import { Icon } from "../../../shared/Icon";
import { Markdown } from "../../../shared/markdown/Markdown";
import { text } from "../../../shared/text";
import type { ConversationLog, OpenTurn } from "../live/conversationLog";
import { displayName, memberOf } from "../naming";
import type { StopTurn } from "../useStopTurn";
import styles from "./TurnAtWork.module.css";
import { turnWords } from "./turnWords";

const words = text.turn;

interface TurnAtWorkProps {
  readonly turn: OpenTurn;
  readonly log: ConversationLog;
  readonly now: number;
  readonly stop: StopTurn;
}

/** A running turn: where it stands, the answer as it is written, and the button that stops it. */
export function TurnAtWork({ turn, log, now, stop }: TurnAtWorkProps) {
  const bot = displayName(log, turn.bot);
  const live = log.live[turn.id]?.run === turn.run ? log.live[turn.id] : undefined;
  const written = turn.stream ? (live?.streamed?.text ?? "") : "";
  const { position, total, line } = turnWords({ turn, step: live?.step ?? null, bot, now });
  const stopping = stop.stopping.has(turn.id);
  return (
    <article className={styles.turn} aria-label={bot} data-turn={turn.id}>
      <Avatar user={memberOf(log, turn.bot, "bot")} />
      <div className={styles.content}>
        {written ? (
          <div className={styles.written}>
            <Markdown body={written} />
          </div>
        ) : null}
        <div className={styles.line}>
          <span className={styles.burrow} aria-hidden="true">
            {Array.from({ length: Math.min(total, 12) }, (_, index) => (
              <i
                // biome-ignore lint/suspicious/noArrayIndexKey: the dots are their place
                key={index}
                data-state={
                  index + 1 < position ? "done" : index + 1 === position ? "now" : "ahead"
                }
              />
            ))}
          </span>
          <span className={styles.words}>{stopping ? `${bot} · ${words.stopping}` : line}</span>
          <button
            type="button"
            className={styles.stop}
            aria-label={words.stopLabel(bot)}
            title={words.stopLabel(bot)}
            disabled={stopping}
            onClick={() => stop.stop(turn.id)}
          >
            <Icon name="stop" />
            {words.stop}
          </button>
        </div>
        {stop.failed === turn.id ? (
          <p className={styles.failed} role="alert">
            {words.stopFailed}
          </p>
        ) : null}
      </div>
    </article>
  );
}
