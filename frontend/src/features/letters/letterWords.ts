// How a letter and a group are called: pure.
import type { LetterGroup, LetterRow } from "../../contracts.gen";
import { letterText } from "../../shared/letterText";

type Named = Pick<LetterRow, "bot" | "step">;

/** Return "daisy · think"; what is not known says so. */
export function placeOf({ bot, step }: Named): string {
  return `${bot ?? letterText.unknownBot} · ${step ?? letterText.unknownStep}`;
}

/** Return the one line of an error: its class, and the first line of its text. */
export function errorLine({
  error_type,
  error_text,
}: Pick<LetterRow, "error_type" | "error_text">): string {
  const first = error_text.split("\n", 1)[0] ?? "";
  if (!error_type) return first;
  return first ? `${error_type}: ${first}` : error_type;
}

/** Return what tells a group from the others of the same page. */
export function keyOfGroup(group: LetterGroup): string {
  return group.fingerprint;
}

/** Return the first twelve characters of a digest: enough to tell revisions apart. */
export function shortDigest(digest: string): string {
  return digest.replace(/^sha256:/, "").slice(0, 12);
}

/** Return a value as JSON for people. */
export function pretty(value: unknown): string {
  return JSON.stringify(value, null, 2);
}
