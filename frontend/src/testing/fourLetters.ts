// Four letters for tests of the inbox: three of one failure, one of another bot.
import type { FakeLetters } from "./FakeLetters";
import { makeLetter, makeLetterView } from "./letterBuilders";

/** Put one letter. */
export function putLetter(letters: FakeLetters, change: Parameters<typeof makeLetter>[0]): void {
  letters.add(makeLetterView({ letter: makeLetter(change) }));
}

export function putFour(letters: FakeLetters): void {
  putLetter(letters, { id: "l-1", reference: "W-1" });
  putLetter(letters, { id: "l-2", reference: "W-2", failures: 3 });
  putLetter(letters, { id: "l-3", reference: "W-3" });
  const other = { bot: "echo", fingerprint: "f-2", error_text: "odd" };
  putLetter(letters, { id: "l-4", reference: "W-4", ...other });
}
