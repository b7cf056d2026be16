import { Link, useNavigate } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import type { LetterView } from "../../../contracts.gen";
import { Icon } from "../../../shared/Icon";
import { LoadFailed } from "../../../shared/LoadFailed";
import { letterText } from "../../../shared/letterText";
import { Refused, wordsFor } from "../../../shared/problem";
import { Stale } from "../../../shared/Stale";
import { text } from "../../../shared/text";
import type { LetterSearch } from "../letterSearch";
import { useLetter } from "../useLetters";
import { Attempts } from "./Attempts";
import { ConversationExcerpt } from "./ConversationExcerpt";
import { History } from "./History";
import { LetterActs } from "./LetterActs";
import { LetterHead } from "./LetterHead";
import styles from "./LetterPage.module.css";
import { PayloadPart } from "./PayloadPart";
import { Pipelines } from "./Pipelines";
import { RawBody } from "./RawBody";
import { Technical } from "./Technical";

const words = letterText.letter;

interface LetterPageProps {
  /** Its uuid or its reference. */
  readonly id: string;
  readonly search: LetterSearch;
}

/** One dead letter: what failed, where and why; what was tried since; and what can be done. */
export function LetterPage({ id, search }: LetterPageProps) {
  const letter = useLetter(id);
  useEffect(() => {
    document.title = `${id} · ${text.product}`;
    return () => {
      document.title = text.product;
    };
  }, [id]);
  if (letter.isError && !letter.data) {
    const gone = letter.error instanceof Refused && letter.error.problem.status === 404;
    return (
      <LoadFailed
        what={gone ? words.notFound : words.failed}
        why={gone ? "" : wordsFor(letter.error)}
        onRetry={() => void letter.refetch()}
      />
    );
  }
  return (
    <div className={styles.page}>
      <Link to="/dead-letters" className={styles.back}>
        <Icon name="back" />
        {words.back}
      </Link>
      <Stale read={letter} />
      {letter.data ? (
        <Letter id={id} view={letter.data} edit={search.act === "edit"} />
      ) : (
        <p role="status">{text.loading}</p>
      )}
    </div>
  );
}

interface LetterProps {
  readonly id: string;
  readonly view: LetterView;
  readonly edit: boolean;
}

function Letter({ id, view, edit }: LetterProps) {
  // an editor that was asked for by a key opens once, not after every reading
  const [first] = useState(edit);
  const navigate = useNavigate();
  useEffect(() => {
    if (!edit) return;
    const params = { letter: id };
    void navigate({ to: "/dead-letters/$letter", params, search: {}, replace: true });
  }, [edit, id, navigate]);
  return (
    <>
      <LetterHead view={view} />
      <LetterActs view={view} edit={first} />
      {view.raw === null ? <PayloadPart view={view} /> : <RawBody raw={view.raw} />}
      <ConversationExcerpt view={view} />
      <Attempts view={view} />
      <Pipelines view={view} />
      <History view={view} />
      <Technical view={view} />
    </>
  );
}
