import { CopyButton } from "../../../shared/CopyButton";
import { Icon } from "../../../shared/Icon";
import { text } from "../../../shared/text";
import type { OpenTurn } from "../live/conversationLog";
import styles from "./FailedTurnCard.module.css";

const words = text.turn;

interface FailedTurnCardProps {
  readonly turn: OpenTurn;
  readonly bot: string;
}

/** A turn that stopped: what happened in plain words, what is safe, and what to quote. */
export function FailedTurnCard({ turn, bot }: FailedTurnCardProps) {
  return (
    <section className={styles.card} aria-label={words.failedTitle(bot)}>
      <span className={styles.icon}>
        <Icon name="warning" />
      </span>
      <div className={styles.words}>
        <h2 className={styles.title}>{words.failedTitle(bot)}</h2>
        <p className={styles.what}>{turn.failure || words.failedSafe}</p>
        {turn.reference ? (
          <p className={styles.reference}>
            {words.reference} <code>{turn.reference}</code>
            <CopyButton content={turn.reference} label={words.copyReference} />
          </p>
        ) : null}
      </div>
    </section>
  );
}
