// What was written in a letter's dialogs: there again when a dialog was closed by mistake.
import { useRef } from "react";
import type { LetterView } from "../../../contracts.gen";

/** Texts by dialog; of one run of one letter, since another failure may have another payload. */
export interface Written {
  readonly of: string;
  /** By the step that the text is for. */
  readonly edits: Map<string, string>;
  reply?: string;
  output?: string;
}

/** Keep what is written while the letter stands as it does. */
export function useWritten({ letter }: LetterView): Written {
  const of = `${letter.id} ${letter.run}`;
  const written = useRef<Written>({ of, edits: new Map() });
  if (written.current.of !== of) written.current = { of, edits: new Map() };
  return written.current;
}
