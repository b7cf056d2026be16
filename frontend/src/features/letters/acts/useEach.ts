// One act on many letters: one after another, with who was first told by reference.
import { useState } from "react";
import type { LetterRow } from "../../../contracts.gen";
import { wordsFor } from "../../../shared/problem";

export interface EachResult {
  readonly done: number;
  readonly refused: readonly { readonly reference: string; readonly why: string }[];
}

export interface Each {
  /** How many of how many are through; null when nothing runs. */
  readonly progress: { readonly done: number; readonly all: number } | null;
  readonly result: EachResult | null;
  readonly run: (
    letters: readonly LetterRow[],
    act: (letter: LetterRow) => Promise<unknown>,
  ) => Promise<EachResult>;
}

/** Do one act to each letter. A refusal of one does not stop the others. */
export function useEach(): Each {
  const [progress, setProgress] = useState<Each["progress"]>(null);
  const [result, setResult] = useState<EachResult | null>(null);
  const run: Each["run"] = async (letters, act) => {
    const refused: { reference: string; why: string }[] = [];
    for (const [index, letter] of letters.entries()) {
      setProgress({ done: index, all: letters.length });
      await act(letter).catch((error: unknown) => {
        refused.push({ reference: letter.reference, why: wordsFor(error) });
      });
    }
    const made = { done: letters.length - refused.length, refused };
    setProgress(null);
    setResult(made);
    return made;
  };
  return { progress, result, run };
}
