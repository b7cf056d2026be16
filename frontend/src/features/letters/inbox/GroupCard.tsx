import { useState } from "react";
import type { LetterGroup } from "../../../contracts.gen";
import { ActButton } from "../../../shared/ActButton";
import { Icon } from "../../../shared/Icon";
import { letterText } from "../../../shared/letterText";
import { fullTime, listTime } from "../../../shared/time";
import { filterOfGroup, titleOf } from "../groupFilter";
import { errorLine, keyOfGroup } from "../letterWords";
import styles from "./GroupCard.module.css";
import { HoursBar } from "./HoursBar";
import { useInboxActs } from "./inboxActs";
import { LetterLines } from "./LetterLines";
import { onRowKey } from "./rowKeys";

const words = letterText.inbox;

/** Letters that failed alike; opened, its letters stand below it. */
export function GroupCard({ group }: { readonly group: LetterGroup }) {
  const acts = useInboxActs();
  const [open, setOpen] = useState(false);
  const name = keyOfGroup(group);
  const title = titleOf(acts.search, group);
  const mayReplay = group.open > 0 && filterOfGroup(acts.search, group).exact;
  const target = { kind: "group", group } as const;
  const keys = onRowKey({
    r: mayReplay ? () => acts.replay(target) : undefined,
    d: group.open > 0 ? () => acts.dismiss(target) : undefined,
    e: group.open > 0 ? () => acts.edit(group.newest) : undefined,
    x: () => {
      setOpen(true);
      acts.toggleGroup(group);
    },
  });
  return (
    <li className={styles.card} onKeyDown={keys}>
      <div className={styles.head}>
        <button
          type="button"
          className={styles.open}
          data-row={`g:${name}`}
          aria-expanded={open}
          aria-label={words.open(`${title}, ${words.count(countOf(group))}`)}
          onClick={() => setOpen(!open)}
        >
          <span className={styles.turn} data-open={open}>
            <Icon name="right" />
          </span>
          <span className={styles.place}>{title}</span>
          <span className={styles.count}>{words.count(countOf(group))}</span>
        </button>
        <HoursBar hours={group.hours} />
      </div>
      <p className={styles.error}>
        {acts.search.by === undefined ? "" : `${words.newest} `}
        {errorLine(group)}
      </p>
      <p className={styles.facts}>
        <span>{letterText.reason[group.reason]}</span>
        <span title={`${fullTime(group.first_seen)} – ${fullTime(group.last_seen)}`}>
          {words.seen(listTime(group.first_seen), listTime(group.last_seen))}
        </span>
        {group.returned > 0 ? (
          <strong className={styles.returned}>
            <Icon name="warning" />
            {words.returned(group.returned)}
          </strong>
        ) : null}
        {group.replaying > 0 ? (
          <span className={styles.replaying}>
            <Icon name="again" />
            {words.replaying(group.replaying)}
          </span>
        ) : null}
        {group.closed > 0 ? <span>{words.closed(group.closed)}</span> : null}
      </p>
      {group.note ? (
        <p className={styles.note}>
          <Icon name="note" />
          {group.note}
        </p>
      ) : null}
      <div className={styles.acts}>
        <ActButton
          icon="again"
          disabled={!mayReplay}
          hint={group.open > 0 && !mayReplay ? words.onlyAlike : undefined}
          onClick={() => acts.replay(target)}
        >
          {words.replay}
        </ActButton>
        <ActButton disabled={group.open === 0} onClick={() => acts.dismiss(target)}>
          {words.dismiss}
        </ActButton>
        {acts.search.by === undefined ? (
          <ActButton icon="note" onClick={() => acts.note(group)}>
            {words.note}
          </ActButton>
        ) : null}
      </div>
      {open ? <LetterLines group={group} /> : null}
    </li>
  );
}

function countOf({ open, replaying, closed }: LetterGroup): number {
  return open + replaying + closed;
}
