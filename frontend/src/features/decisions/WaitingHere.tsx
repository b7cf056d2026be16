import { useState } from "react";
import styles from "./DecisionsPage.module.css";
import { DraftCard } from "./DraftCard";
import { QuestionCard } from "./QuestionCard";
import { useWaiting } from "./useDecisions";

/** What waits for the reader in one conversation, below its messages. */
export function WaitingHere({ conversation }: { readonly conversation: string }) {
  const { data } = useWaiting();
  const [settled, setSettled] = useState<string | null>(null);
  const drafts =
    data?.drafts.filter(({ conversation_id }) => conversation_id === conversation) ?? [];
  const questions =
    data?.questions.filter(({ conversation_id }) => conversation_id === conversation) ?? [];
  if (drafts.length + questions.length === 0 && settled === null) return null;
  return (
    <div className={styles.here}>
      {settled ? <p role="status">{settled}</p> : null}
      {drafts.map((draft) => (
        <DraftCard key={draft.id} draft={draft} onSettled={setSettled} />
      ))}
      {questions.map((question) => (
        <QuestionCard key={question.id} question={question} onSettled={setSettled} />
      ))}
    </div>
  );
}
