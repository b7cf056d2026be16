import { text } from "../../shared/text";
import { useLive } from "../chat/chatSession";
import { byActivity, nameOf } from "../chat/naming";
import { ConversationLink } from "./ConversationLink";
import styles from "./ListSection.module.css";

/** The reader's conversations, newest first, those whose name holds query. */
export function ConversationList({ query }: { readonly query: string }) {
  const logs = useLive((state) => state.logs);
  const me = useLive((state) => state.me);
  const listed = useLive((state) => state.listed);
  const shown = byActivity(logs).filter((log) => nameOf(log, me).toLowerCase().includes(query));
  if (shown.length === 0 && query) return null;
  return (
    <section aria-labelledby="conversations-title">
      <h2 className={styles.title} id="conversations-title">
        {text.people.conversations}
      </h2>
      {!listed && shown.length === 0 ? <p className={styles.note}>{text.loading}</p> : null}
      {listed && shown.length === 0 ? (
        <p className={styles.note}>{text.people.noConversations}</p>
      ) : null}
      <ul className={styles.list}>
        {shown.map((log) => (
          <li key={log.id}>
            <ConversationLink log={log} />
          </li>
        ))}
      </ul>
    </section>
  );
}
