import type { LintError } from "../../../contracts.gen";

/** Return the line that stands below a fault's source line: a caret under its column. Pure. */
export function caretUnder({ source_line, column }: LintError): string {
  const before = [...source_line].slice(0, Math.max(0, column - 1));
  // a tab stays a tab, so that the caret stands where the eye expects it
  return `${before.map((char) => (char === "\t" ? "\t" : " ")).join("")}^`;
}
