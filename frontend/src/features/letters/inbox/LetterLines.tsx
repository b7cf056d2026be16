import { Link } from "@tanstack/react-router";
import type { LetterGroup, LetterRow } from "../../../contracts.gen";
import { ActButton } from "../../../shared/ActButton";
import { LoadFailed } from "../../../shared/LoadFailed";
import { letterText } from "../../../shared/letterText";
import { wordsFor } from "../../../shared/problem";
import { text } from "../../../shared/text";
import { fullTime, listTime } from "../../../shared/time";
import { filterOfGroup, isOf } from "../groupFilter";
import { errorLine, placeOf } from "../letterWords";
import { FailureBadge, StatusWord } from "../StatusWord";
import { itemsOf, useLetterRows } from "../useLetters";
import { useInboxActs } from "./inboxActs";
import styles from "./LetterLines.module.css";
import { onRowKey } from "./rowKeys";

const words = letterText.inbox;

/** The letters of an opened group, newest failure first. */
export function LetterLines({ group }: { readonly group: LetterGroup }) {
  const { search } = useInboxActs();
  const rows = useLetterRows(filterOfGroup(search, group).filter);
  const letters = itemsOf(rows.data, ({ id }) => id).filter((one) => isOf(search, group, one));
  if (rows.isError && !rows.data) {
    return (
      <LoadFailed
        what={words.failed}
        why={wordsFor(rows.error)}
        onRetry={() => void rows.refetch()}
      />
    );
  }
  if (!rows.data) return <p role="status">{text.loading}</p>;
  return (
    <>
      <ul className={styles.list} aria-label={words.letters}>
        {letters.map((letter) => (
          <LetterLine
            key={letter.id}
            letter={letter}
            group={group}
            mixed={search.by !== undefined}
          />
        ))}
      </ul>
      {rows.hasNextPage ? (
        <ActButton disabled={rows.isFetchingNextPage} onClick={() => void rows.fetchNextPage()}>
          {words.more}
        </ActButton>
      ) : null}
    </>
  );
}

interface LetterLineProps {
  readonly letter: LetterRow;
  readonly group: LetterGroup;
  /** The group holds more than one kind of failure, so that each line says its own. */
  readonly mixed: boolean;
}

function LetterLine({ letter, group, mixed }: LetterLineProps) {
  const acts = useInboxActs();
  const target = { kind: "letters", letters: [letter] } as const;
  const open = letter.status === "open";
  const keys = onRowKey({
    x: () => acts.toggle([letter]),
    r: open ? () => acts.replay(target) : undefined,
    d: open ? () => acts.dismiss(target) : undefined,
    e: open ? () => acts.edit(letter.reference) : undefined,
  });
  return (
    <li className={styles.line} onKeyDown={keys}>
      <input
        type="checkbox"
        tabIndex={-1}
        checked={acts.selected.has(letter.id)}
        aria-label={words.select(letter.reference)}
        onChange={() => acts.toggle([letter])}
      />
      <Link
        to="/dead-letters/$letter"
        params={{ letter: letter.reference }}
        className={styles.link}
        data-row={`l:${letter.id}`}
      >
        {letter.reference}
      </Link>
      <StatusWord status={letter.status} />
      <FailureBadge failures={letter.failures} />
      <time dateTime={letter.failed_at} title={fullTime(letter.failed_at)}>
        {listTime(letter.failed_at)}
      </time>
      {letter.changed_by ? <span>{words.changedBy(letter.changed_by)}</span> : null}
      {mixed || errorLine(letter) !== errorLine(group) ? (
        <span className={styles.error}>
          {mixed ? `${placeOf(letter)} · ` : ""}
          {errorLine(letter)}
        </span>
      ) : null}
    </li>
  );
}
