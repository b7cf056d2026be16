import { botText } from "../../../shared/botText";
import { CodeText } from "../../../shared/CodeText";
import { CopyButton } from "../../../shared/CopyButton";
import { FIRST } from "../editor/template";
import styles from "./FirstBot.module.css";

const words = botText.gallery;

/** What stands in the gallery while there is no bot: a whole one to copy, and where it goes. */
export function FirstBot({ operator }: { readonly operator: boolean }) {
  return (
    <section className={styles.first}>
      <h2>{words.emptyTitle}</h2>
      <p>{words.empty}</p>
      <p className={styles.file}>
        <code>{words.emptyPath}</code>
        <CopyButton content={FIRST} label={words.copy} />
      </p>
      <CodeText label={words.emptyPath}>{FIRST}</CodeText>
      {operator ? <p>{words.emptyOperator}</p> : null}
    </section>
  );
}
