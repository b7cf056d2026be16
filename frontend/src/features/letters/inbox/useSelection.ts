// Which letters of the inbox are selected: one by one, or all open ones of a group.
import { useState } from "react";
import type { LetterGroup, LetterRow } from "../../../contracts.gen";
import { wordsFor } from "../../../shared/problem";
import { filterOfGroup, isOf } from "../groupFilter";
import type { InboxSearch } from "../letterSearch";
import { allLetters } from "../useLetters";

export const MOST = 1000; // letters that one act by hand goes to: each is an act of its own

type Selected = ReadonlyMap<string, LetterRow>;

export interface Selection {
  readonly selected: Selected;
  /** Why the letters of a group could not be read, or null. */
  readonly problem: string | null;
  readonly toggle: (letters: readonly LetterRow[]) => void;
  readonly toggleGroup: (group: LetterGroup) => Promise<void>;
  readonly clear: () => void;
}

export function useSelection(search: InboxSearch): Selection {
  const [selected, setSelected] = useState<Selected>(new Map());
  const [problem, setProblem] = useState<string | null>(null);
  const toggleGroup = async (group: LetterGroup) => {
    setProblem(null);
    try {
      const all = await openOf(search, group);
      setSelected((now) => toggledTogether(now, all));
    } catch (error) {
      setProblem(wordsFor(error));
    }
  };
  return {
    selected,
    problem,
    toggle: (letters) => setSelected((now) => toggled(now, letters)),
    toggleGroup,
    clear: () => setSelected(new Map()),
  };
}

/** Return a group's open letters, at most so many as one act by hand goes to. */
export function openOf(search: InboxSearch, group: LetterGroup): Promise<LetterRow[]> {
  const { filter } = filterOfGroup(search, group);
  const isIn = (letter: LetterRow) => isOf(search, group, letter);
  return allLetters({ ...filter, status: ["open"] }, isIn, MOST);
}

/** Change each letter's own state. */
function toggled(selected: Selected, letters: readonly LetterRow[]): Selected {
  const next = new Map(selected);
  for (const letter of letters) {
    if (!next.delete(letter.id)) next.set(letter.id, letter);
  }
  return next;
}

/** Select all of them, unless they all are: then none. */
export function toggledTogether(selected: Selected, letters: readonly LetterRow[]): Selected {
  const rest = letters.filter(({ id }) => !selected.has(id));
  return toggled(selected, rest.length > 0 ? rest : letters);
}
