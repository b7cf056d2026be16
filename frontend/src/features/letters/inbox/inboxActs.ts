// What can be done from any row of the inbox: given by the page, used by its rows.
import { createContext, useContext } from "react";
import type { LetterGroup, LetterRow } from "../../../contracts.gen";
import type { InboxSearch } from "../letterSearch";

/** What an act is about: some letters, or a whole group. */
export type Target =
  | { readonly kind: "letters"; readonly letters: readonly LetterRow[] }
  | { readonly kind: "group"; readonly group: LetterGroup };

export interface InboxActs {
  readonly search: InboxSearch;
  readonly selected: ReadonlyMap<string, LetterRow>;
  readonly toggle: (letters: readonly LetterRow[]) => void;
  readonly replay: (target: Target) => void;
  readonly dismiss: (target: Target) => void;
  readonly note: (group: LetterGroup) => void;
  /** Select the open letters of a group, or no longer. */
  readonly toggleGroup: (group: LetterGroup) => void;
  /** Edit a letter, by its id or its reference. */
  readonly edit: (letter: string) => void;
}

const Context = createContext<InboxActs | null>(null);

export const InboxActsProvider = Context.Provider;

export function useInboxActs(): InboxActs {
  const acts = useContext(Context);
  if (!acts) throw new Error("useInboxActs outside of InboxActsProvider");
  return acts;
}
