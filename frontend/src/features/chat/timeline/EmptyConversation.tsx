import { Avatar } from "../../../shared/Avatar";
import { text } from "../../../shared/text";
import type { ConversationLog } from "../live/conversationLog";
import { nameOf, partnerIn } from "../naming";
import styles from "./EmptyConversation.module.css";

interface EmptyConversationProps {
  readonly log: ConversationLog;
  readonly me: string;
  readonly onSay: (body: string) => void;
}

/** An empty conversation: with a bot its greeting and ways to begin, else one line. */
export function EmptyConversation({ log, me, onSay }: EmptyConversationProps) {
  const partner = partnerIn(log, me);
  const starters = partner?.starters ?? [];
  return (
    <section className={styles.empty}>
      {partner ? <Avatar user={partner} size="large" /> : null}
      <p className={styles.greeting}>{partner?.greeting || text.chat.empty(nameOf(log, me))}</p>
      {partner?.purpose ? <p className={styles.purpose}>{partner.purpose}</p> : null}
      {starters.length > 0 ? (
        <ul className={styles.starters} aria-label={text.chat.starters}>
          {starters.map((starter) => (
            <li key={starter}>
              <button type="button" className={styles.starter} onClick={() => onSay(starter)}>
                {starter}
              </button>
            </li>
          ))}
        </ul>
      ) : null}
    </section>
  );
}
