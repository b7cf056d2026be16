import { Link } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { decisionText } from "../../shared/decisionText";
import { Icon } from "../../shared/Icon";
import { LoadFailed } from "../../shared/LoadFailed";
import { wordsFor } from "../../shared/problem";
import { text } from "../../shared/text";
import styles from "./DecisionsPage.module.css";
import { DraftCard } from "./DraftCard";
import { QuestionCard } from "./QuestionCard";
import { useWaiting } from "./useDecisions";

/** Everything that waits for the reader: drafts to approve, questions to answer. */
export function DecisionsPage() {
  const waiting = useWaiting();
  const [settled, setSettled] = useState<string | null>(null);
  useEffect(() => {
    document.title = `${decisionText.title} · ${text.product}`;
    return () => {
      document.title = text.product;
    };
  }, []);
  const { drafts = [], questions = [] } = waiting.data ?? {};
  const nothing = waiting.data !== undefined && drafts.length + questions.length === 0;
  return (
    <div className={styles.page}>
      <header className={styles.head}>
        <Link to="/" className={styles.back} aria-label={text.chat.back}>
          <Icon name="back" />
        </Link>
        <div>
          <h1>{decisionText.title}</h1>
          <p>{decisionText.lead}</p>
        </div>
      </header>
      {waiting.isError && !waiting.data ? (
        <LoadFailed
          what={decisionText.failed}
          why={wordsFor(waiting.error)}
          onRetry={() => void waiting.refetch()}
        />
      ) : null}
      {waiting.isPending ? <p role="status">{text.loading}</p> : null}
      {settled ? <p role="status">{settled}</p> : null}
      {nothing ? <p className={styles.none}>{decisionText.none}</p> : null}
      {drafts.length > 0 ? (
        <section aria-label={decisionText.drafts} className={styles.cards}>
          {drafts.map((draft) => (
            <DraftCard key={draft.id} draft={draft} onSettled={setSettled} />
          ))}
        </section>
      ) : null}
      {questions.length > 0 ? (
        <section aria-label={decisionText.questions} className={styles.cards}>
          {questions.map((question) => (
            <QuestionCard key={question.id} question={question} onSettled={setSettled} />
          ))}
        </section>
      ) : null}
    </div>
  );
}
