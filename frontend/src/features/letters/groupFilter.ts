// Which letters are of a group: pure. The key of a group stands in its field `fingerprint`.
import type { LetterFilter, LetterGroup, LetterRow } from "../../contracts.gen";
import { letterText } from "../../shared/letterText";
import { filterOf, type GroupBy, type InboxSearch } from "./letterSearch";
import { placeOf } from "./letterWords";

export interface GroupFilter {
  readonly filter: LetterFilter;
  /** False when the filter finds more than the group: then each letter must be asked by isOf. */
  readonly exact: boolean;
}

/** Return the filter of one group's letters, within the filter of the page. */
export function filterOfGroup(search: InboxSearch, group: LetterGroup): GroupFilter {
  const filter = filterOf(search);
  const key = group.fingerprint;
  switch (search.by ?? "fingerprint") {
    case "fingerprint":
      return { filter: { ...filter, group: key }, exact: true };
    case "bot":
      return { filter: { ...filter, bot: key || filter.bot }, exact: key !== "" };
    case "step":
      return { filter: { ...filter, step: key || filter.step }, exact: key !== "" };
    case "runner":
      return { filter: { ...filter, runner: key || filter.runner }, exact: key !== "" };
    case "error":
      return { filter: { ...filter, error_type: key || filter.error_type }, exact: key !== "" };
  }
}

/** Say whether a letter is of a group. */
export function isOf(search: InboxSearch, group: LetterGroup, letter: LetterRow): boolean {
  return keyOf(search.by ?? "fingerprint", letter) === group.fingerprint;
}

/** Return what a group is called: by its place when it is one kind of failure, else by its key. */
export function titleOf(search: InboxSearch, group: LetterGroup): string {
  if (search.by === undefined) return placeOf(group);
  return group.fingerprint || letterText.inbox.others;
}

function keyOf(by: GroupBy, letter: LetterRow): string {
  switch (by) {
    case "fingerprint":
      return letter.fingerprint;
    case "bot":
      return letter.bot ?? "";
    case "step":
      return letter.step ?? "";
    case "error":
      return letter.error_type;
    case "runner":
      return letter.runner;
  }
}
