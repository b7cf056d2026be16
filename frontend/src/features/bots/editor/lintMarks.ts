// Where the check's faults stand in a text: pure.
import type { LintError } from "../../../contracts.gen";

export interface Mark {
  readonly from: number;
  readonly to: number;
  readonly message: string;
}

/** Return where a line and column, both from 1, stand in a text; the nearest place if there is none. */
export function offsetOf(text: string, line: number, column: number): number {
  const lines = text.split("\n");
  const at = Math.min(Math.max(line, 1), lines.length) - 1;
  const before = lines.slice(0, at).reduce((sum, one) => sum + one.length + 1, 0);
  // the server counts characters, the editor counts units: an emoji is one and two
  const chars = [...(lines[at] ?? "")].slice(0, Math.max(column - 1, 0));
  return before + chars.join("").length;
}

/** Return one mark for each place, in order; what is said of one place stands together. */
export function marksOf(text: string, faults: readonly LintError[]): readonly Mark[] {
  const said = new Map<number, Set<string>>();
  for (const fault of faults) {
    const from = offsetOf(text, fault.line, fault.column);
    said.set(from, (said.get(from) ?? new Set()).add(faultWords(fault)));
  }
  return [...said]
    .map(([from, words]) => ({ from, to: endOf(text, from), message: [...words].join("\n") }))
    .sort((a, b) => a.from - b.from);
}

export function faultWords({ message, hint }: LintError): string {
  return hint ? `${message} (${hint})` : message;
}

/** To the end of the word or quoted text; at least one character, so that it can be seen. */
function endOf(text: string, from: number): number {
  const rest = text.slice(from).match(/^[^\n]*/)?.[0] ?? "";
  const word = rest.match(/^(?:"(?:[^"\\]|\\.)*"|'[^']*'|[^\s:,[\]{}#]+)/)?.[0] ?? rest.slice(0, 1);
  return Math.min(text.length, from + Math.max(word.length, 1));
}
