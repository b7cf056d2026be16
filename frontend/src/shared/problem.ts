// Errors of the server (problem+json) and of the way to it, as two classes.
import type { Problem, ProblemError } from "../contracts.gen";
import { text } from "./text";

/** The server refused. `problem.detail` says what happened and what to do. */
export class Refused extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail);
    this.problem = problem;
  }
}

/** No answer came: whether the server acted is unknown. Sending again with the same key is safe. */
export class Unreachable extends Error {}

/** Return the words to show for any error. */
export function wordsFor(error: unknown): string {
  if (error instanceof Refused) return error.problem.detail || error.problem.title;
  if (error instanceof Unreachable) return text.errors.unreachable;
  return text.errors.unexpected;
}

/** Return the fault of one field of a form, by the last part of its JSON pointer; null if none. */
export function faultOf(error: unknown, field: string): string | null {
  if (!(error instanceof Refused)) return null;
  return faultsOf(error).find((fault) => fieldOf(fault) === field)?.detail ?? null;
}

/** Return what is wrong but belongs to none of these fields; null when the fields say it all. */
export function faultBeside(error: unknown, fields: readonly string[]): string | null {
  if (!error) return null;
  if (!(error instanceof Refused)) return wordsFor(error);
  const faults = faultsOf(error);
  return faults.some((fault) => fields.includes(fieldOf(fault))) ? null : wordsFor(error);
}

function faultsOf(error: Refused): readonly ProblemError[] {
  return error.problem.errors ?? [];
}

function fieldOf(fault: ProblemError): string {
  return fault.pointer.split("/").at(-1) ?? "";
}
