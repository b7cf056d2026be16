// The keys of the inbox: which row has the focus, which is next, and what a key means. DOM only.
import { type KeyboardEvent, type RefObject, useEffect } from "react";

const ROW = "[data-row]";

/** Say whether a key is meant for a field or a dialog, not for the list. */
export function isForList(event: {
  readonly target: EventTarget | null;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
}): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  const target = event.target instanceof Element ? event.target : null;
  if (document.querySelector("[role=dialog]")) return false;
  return !target?.closest("input:not([type=checkbox]), select, textarea, [contenteditable=true]");
}

/** Return the names of the rows as they stand. */
export function rowNames(list: ParentNode | null): string[] {
  return rowsIn(list).map(({ dataset }) => dataset.row ?? "");
}

/** Return the row to go to once these are gone: the next that stays, else the one before. */
export function rowAfter(
  names: readonly string[],
  from: string | null,
  gone: readonly string[],
): string | null {
  const stays = (name: string) => !gone.includes(name);
  const at = Math.max(0, from === null ? 0 : names.indexOf(from));
  return names.slice(at).find(stays) ?? names.slice(0, at).findLast(stays) ?? null;
}

/** Return the row that has the focus, or null. */
export function focusedRow(list: ParentNode | null): string | null {
  const active = document.activeElement;
  const row = rowsIn(list).find((one) => one === active || one.parentElement?.contains(active));
  return row?.dataset.row ?? null;
}

/** Focus a row by its name. False when it is not there. */
export function focusRow(list: ParentNode | null, name: string | null): boolean {
  const row = rowsIn(list).find(({ dataset }) => dataset.row === name);
  row?.focus();
  row?.scrollIntoView?.({ block: "nearest" });
  return row !== undefined;
}

/** Move by j and k through the rows of the list, and ask for help by ?. */
export function useListKeys(list: RefObject<HTMLElement | null>, onHelp: () => void): void {
  useEffect(() => {
    const onKey = (event: globalThis.KeyboardEvent) => {
      if (!isForList(event)) return;
      if (event.key === "?") onHelp();
      else if (event.key === "j" || event.key === "k")
        move(list.current, event.key === "j" ? 1 : -1);
      else return;
      event.preventDefault();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [list, onHelp]);
}

/** Return a row's key handler: the innermost row that has the focus acts, and only that one. */
export function onRowKey(acts: Readonly<Record<string, (() => void) | undefined>>) {
  return (event: KeyboardEvent) => {
    const act = acts[event.key];
    if (!act || !isForList(event)) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  };
}

function move(list: ParentNode | null, by: 1 | -1): void {
  const names = rowNames(list);
  const at = names.indexOf(focusedRow(list) ?? "");
  const to = at < 0 ? 0 : Math.min(names.length - 1, Math.max(0, at + by));
  focusRow(list, names[to] ?? null);
}

function rowsIn(list: ParentNode | null): HTMLElement[] {
  return [...(list?.querySelectorAll<HTMLElement>(ROW) ?? [])];
}
