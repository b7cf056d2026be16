import { Refused } from "../../shared/problem";

/** Say whether somebody else was first: then the card goes, and the words must stay. */
export function isDecided(error: unknown): boolean {
  return error instanceof Refused && [404, 409].includes(error.problem.status);
}
