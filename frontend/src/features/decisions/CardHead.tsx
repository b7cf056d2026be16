import { Link } from "@tanstack/react-router";
import type { DraftView, QuestionView } from "../../contracts.gen";
import { decisionText } from "../../shared/decisionText";
import { fullTime, listTime } from "../../shared/time";
import styles from "./Card.module.css";

/** Who wants what, where, since when; and the message that it is about. */
export function CardHead({ decision }: { readonly decision: DraftView | QuestionView }) {
  const { kind, bot, conversation_id, conversation_title, created_at, question } = decision;
  return (
    <>
      <header className={styles.head}>
        <h2>{decisionText.wants[kind](bot)}</h2>
        <Link to="/c/$conversationId" params={{ conversationId: conversation_id }}>
          {decisionText.inPlace(conversation_title)}
        </Link>
        <time dateTime={created_at} title={fullTime(created_at)}>
          {listTime(created_at)}
        </time>
      </header>
      {question ? (
        <p className={styles.question}>
          <b>{decisionText.answers(question.author)}</b> {question.body}
        </p>
      ) : null}
    </>
  );
}
