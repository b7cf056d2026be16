import { useQuery } from "@tanstack/react-query";
import type { LetterView } from "../../../contracts.gen";
import { CodeText } from "../../../shared/CodeText";
import { LazyTextDiff } from "../../../shared/editor/LazyTextDiff";
import { LoadFailed } from "../../../shared/LoadFailed";
import { letterText } from "../../../shared/letterText";
import { Folded, Part } from "../../../shared/Part";
import { wordsFor } from "../../../shared/problem";
import { text } from "../../../shared/text";
import { lettersApi } from "../lettersApi";
import styles from "./Pipelines.module.css";

const words = letterText.letter;

/** The steps as they were, and what has changed in the bot's file since. */
export function Pipelines({ view }: { readonly view: LetterView }) {
  const { bot, revision } = view.letter;
  return (
    <Part title={words.pipeline}>
      <ol className={styles.steps}>
        {view.steps.map((step, index) => (
          <li key={step.id} data-failed={index === view.position}>
            <b>{step.id}</b> {step.class_name}
          </li>
        ))}
      </ol>
      {bot && revision ? (
        <Files bot={bot} then={revision} now={view.current_revision} />
      ) : (
        <p>{words.noRevision}</p>
      )}
    </Part>
  );
}

interface FilesProps {
  readonly bot: string;
  readonly then: string;
  readonly now: string | null;
}

function Files({ bot, then, now }: FilesProps) {
  const files = useQuery({
    queryKey: ["revisions", bot, then, now],
    queryFn: () =>
      Promise.all([
        lettersApi.revision(bot, then),
        now && now !== then ? lettersApi.revision(bot, now) : null,
      ]),
    staleTime: Number.POSITIVE_INFINITY, // a revision never changes
  });
  if (files.isError) {
    return (
      <LoadFailed
        what={words.pipelineFailed}
        why={wordsFor(files.error)}
        onRetry={() => void files.refetch()}
      />
    );
  }
  if (!files.data) return <p role="status">{text.loading}</p>;
  const [before, after] = files.data;
  if (after) {
    return (
      <>
        <p>{words.changedSince}</p>
        <LazyTextDiff label={words.diff} before={before.yaml} after={after.yaml} language="yaml" />
      </>
    );
  }
  return (
    <>
      <p>{now === null ? words.gone : words.unchanged}</p>
      <Folded title={`${bot}.yaml`}>
        <CodeText label={`${bot}.yaml`}>{before.yaml}</CodeText>
      </Folded>
    </>
  );
}
