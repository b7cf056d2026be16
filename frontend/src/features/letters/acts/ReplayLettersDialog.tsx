import type { LetterRow } from "../../../contracts.gen";
import { ActButton } from "../../../shared/ActButton";
import { Dialog, DialogActs } from "../../../shared/Dialog";
import { letterText } from "../../../shared/letterText";
import { lettersApi } from "../lettersApi";
import { EachResultWords } from "./EachResultWords";
import { useEach } from "./useEach";

const words = letterText.replayOne;

interface ReplayLettersDialogProps {
  readonly letters: readonly LetterRow[];
  readonly onDone: () => void;
  readonly onClose: () => void;
}

/** Replay a few chosen letters as they were. */
export function ReplayLettersDialog({ letters, onDone, onClose }: ReplayLettersDialogProps) {
  const { run, result, progress } = useEach();
  const start = async () => {
    const { refused } = await run(letters, (letter) =>
      lettersApi.replay(letter.id, { run: letter.run }),
    );
    if (refused.length === 0) onDone();
  };
  const one = letters.length === 1;
  return (
    <Dialog
      title={one ? words.title : words.manyTitle(letters.length)}
      onClose={result ? onDone : onClose}
    >
      {result ? (
        <EachResultWords result={result} />
      ) : (
        <>
          <p>{one ? words.says : words.saysMany}</p>
          <p>{letters.map(({ reference }) => reference).join(", ")}</p>
        </>
      )}
      <DialogActs>
        {result ? (
          <ActButton onClick={onDone}>{letterText.each.close}</ActButton>
        ) : (
          <>
            <ActButton onClick={onClose}>{letterText.cancel}</ActButton>
            <ActButton main icon="again" disabled={progress !== null} onClick={start}>
              {progress ? letterText.each.progress(progress.done, progress.all) : words.go}
            </ActButton>
          </>
        )}
      </DialogActs>
    </Dialog>
  );
}
