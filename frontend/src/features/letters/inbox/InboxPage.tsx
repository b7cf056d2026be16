import { Link, useNavigate } from "@tanstack/react-router";
import { useCallback, useEffect, useRef, useState } from "react";
import { ActButton } from "../../../shared/ActButton";
import { DialogProblem } from "../../../shared/Dialog";
import { Icon } from "../../../shared/Icon";
import { LoadFailed } from "../../../shared/LoadFailed";
import { letterText } from "../../../shared/letterText";
import { wordsFor } from "../../../shared/problem";
import { Stale } from "../../../shared/Stale";
import { text } from "../../../shared/text";
import { filterOf, type InboxSearch, isNarrowed } from "../letterSearch";
import { exportUrl } from "../lettersApi";
import { keyOfGroup } from "../letterWords";
import { itemsOf, useGroups, useLettersChanged } from "../useLetters";
import { FilterBar } from "./FilterBar";
import { GroupCard } from "./GroupCard";
import { InboxDialogs, type Wish } from "./InboxDialogs";
import styles from "./InboxPage.module.css";
import { type InboxActs, InboxActsProvider, type Target } from "./inboxActs";
import { RecentJobs } from "./RecentJobs";
import { focusedRow, focusRow, rowAfter, rowNames, useListKeys } from "./rowKeys";
import { useSelection } from "./useSelection";

const words = letterText.inbox;

/** What bots could not answer, in groups of failures that are alike. */
export function InboxPage({ search }: { readonly search: InboxSearch }) {
  const navigate = useNavigate();
  const list = useRef<HTMLUListElement>(null);
  const groups = useGroups(search);
  const changed = useLettersChanged();
  const [wish, setWish] = useState<Wish | null>(null);
  const selection = useSelection(search);
  const { selected } = selection;
  const from = useRef<string | null>(null);
  useListKeys(
    list,
    useCallback(() => setWish({ kind: "help" }), []),
  );
  useEffect(() => {
    document.title = `${words.title} · ${text.product}`;
    return () => {
      document.title = text.product;
    };
  }, []);

  const ask = (made: Wish) => {
    from.current = focusedRow(list.current);
    setWish(made);
  };
  const back = (to: string | null) => {
    setWish(null);
    setTimeout(() => focusRow(list.current, to), 0); // once the dialog has gone
  };
  const done = async () => {
    const gone = wish && "target" in wish ? rowsOf(wish.target) : [];
    const next = rowAfter(rowNames(list.current), from.current, gone);
    selection.clear();
    back(next);
    await changed();
    setTimeout(() => {
      if (document.activeElement === document.body) focusRow(list.current, next);
    }, 0);
  };
  /** An act on a selected row goes to all that are selected. */
  const aimed = (target: Target): Target =>
    target.kind === "letters" && target.letters.some(({ id }) => selected.has(id))
      ? { kind: "letters", letters: [...selected.values()] }
      : target;
  const acts: InboxActs = {
    search,
    selected,
    toggle: selection.toggle,
    toggleGroup: (group) => void selection.toggleGroup(group),
    replay: (target) => ask({ kind: "replay", target: aimed(target) }),
    dismiss: (target) => ask({ kind: "dismiss", target: aimed(target) }),
    note: (group) => ask({ kind: "note", group }),
    edit: (letter) =>
      void navigate({
        to: "/dead-letters/$letter",
        params: { letter },
        search: { act: "edit" },
      }),
  };
  const chosen = { kind: "letters", letters: [...selected.values()] } as const;
  const items = itemsOf(groups.data, keyOfGroup);
  return (
    <InboxActsProvider value={acts}>
      <div className={styles.page}>
        <header className={styles.head}>
          <Link to="/" className={styles.back} aria-label={text.chat.back}>
            <Icon name="back" />
          </Link>
          <div className={styles.titles}>
            <h1>{words.title}</h1>
            <p>{words.lead}</p>
          </div>
          <a className={styles.tool} href={exportUrl(filterOf(search))} download>
            {words.export}
          </a>
          <span className={styles.keys}>
            <ActButton onClick={() => ask({ kind: "help" })}>{words.keys}</ActButton>
          </span>
        </header>
        <FilterBar
          search={search}
          onChange={(to) => void navigate({ to: "/dead-letters", search: to, replace: true })}
        />
        <RecentJobs />
        {selected.size > 0 ? (
          <section className={styles.selection} aria-label={words.selected(selected.size)}>
            <b>{words.selected(selected.size)}</b>
            <ActButton main icon="again" onClick={() => acts.replay(chosen)}>
              {words.replay}
            </ActButton>
            <ActButton onClick={() => acts.dismiss(chosen)}>{words.dismiss}</ActButton>
            <ActButton onClick={selection.clear}>{words.unselect}</ActButton>
          </section>
        ) : null}
        {selection.problem ? <DialogProblem>{selection.problem}</DialogProblem> : null}
        <Stale read={groups} />
        {groups.isError && !groups.data ? (
          <LoadFailed
            what={words.failed}
            why={wordsFor(groups.error)}
            onRetry={() => void groups.refetch()}
          />
        ) : null}
        {groups.isPending ? <p role="status">{text.loading}</p> : null}
        {groups.data && items.length === 0 ? <Empty narrowed={isNarrowed(search)} /> : null}
        <ul className={styles.list} ref={list} aria-label={words.list} hidden={items.length === 0}>
          {items.map((group) => (
            <GroupCard key={keyOfGroup(group)} group={group} />
          ))}
        </ul>
        {groups.hasNextPage ? (
          <ActButton
            disabled={groups.isFetchingNextPage}
            onClick={() =>
              void navigate({
                to: "/dead-letters",
                search: { ...search, pages: (groups.data?.pages.length ?? 0) + 1 },
                replace: true,
              })
            }
          >
            {words.more}
          </ActButton>
        ) : null}
      </div>
      {wish ? (
        <InboxDialogs
          wish={wish}
          search={search}
          onDone={() => void done()}
          onClose={() => back(from.current)}
        />
      ) : null}
    </InboxActsProvider>
  );
}

function Empty({ narrowed }: { readonly narrowed: boolean }) {
  return (
    <div className={styles.empty}>
      <Icon name={narrowed ? "search" : "check"} />
      <h2>{narrowed ? words.noMatch : words.emptyTitle}</h2>
      <p>{narrowed ? words.noMatchHint : words.empty}</p>
    </div>
  );
}

function rowsOf(target: Target): string[] {
  if (target.kind === "group") return [`g:${keyOfGroup(target.group)}`];
  return target.letters.map(({ id }) => `l:${id}`);
}
