import styles from "./BotWord.module.css";
import { text } from "./text";

/** The word that marks a bot beside its name. */
export function BotWord() {
  return <span className={styles.word}>{text.people.bot}</span>;
}
