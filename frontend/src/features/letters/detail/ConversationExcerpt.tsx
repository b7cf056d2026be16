import type { LetterView } from "../../../contracts.gen";
import { letterText } from "../../../shared/letterText";
import { Markdown } from "../../../shared/markdown/Markdown";
import { Part } from "../../../shared/Part";
import { fullTime, listTime } from "../../../shared/time";
import styles from "./ConversationExcerpt.module.css";

const words = letterText.letter;

/** What was said around the failure; what the turn answers is marked. */
export function ConversationExcerpt({ view }: { readonly view: LetterView }) {
  if (view.conversation.length === 0) {
    return (
      <Part title={words.conversation}>
        <p>{words.noConversation}</p>
      </Part>
    );
  }
  const asked = new Set(view.turn?.answers ?? []);
  return (
    <Part title={words.conversation}>
      <ol className={styles.messages}>
        {view.conversation.map((message) => (
          <li key={message.id} data-asked={asked.has(message.id)}>
            <p className={styles.who}>
              <b>{message.author}</b>
              <time dateTime={message.created_at} title={fullTime(message.created_at)}>
                {listTime(message.created_at)}
              </time>
              {asked.has(message.id) ? <em>{words.asked}</em> : null}
            </p>
            <Markdown body={message.body} />
          </li>
        ))}
      </ol>
    </Part>
  );
}
