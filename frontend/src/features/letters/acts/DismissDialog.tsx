import { type FormEvent, useState } from "react";
import type { LetterRow } from "../../../contracts.gen";
import { ActButton } from "../../../shared/ActButton";
import { Dialog, DialogActs, DialogProblem } from "../../../shared/Dialog";
import { Field } from "../../../shared/Field";
import { letterText } from "../../../shared/letterText";
import { wordsFor } from "../../../shared/problem";
import { lettersApi } from "../lettersApi";
import { EachResultWords } from "./EachResultWords";
import { useEach } from "./useEach";

const words = letterText.dismiss;
const MAX_REASON = 500; // as the route takes it

interface DismissDialogProps {
  readonly count: number;
  /** Returns the letters; of a group they are read first. */
  readonly read: () => Promise<readonly LetterRow[]>;
  readonly onDone: () => void;
  readonly onClose: () => void;
}

/** Give letters up, with a reason; says what will happen and to how many. */
export function DismissDialog({ count, read, onDone, onClose }: DismissDialogProps) {
  const [reason, setReason] = useState("");
  const [tried, setTried] = useState(false);
  const [reading, setReading] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const each = useEach();
  const given = reason.trim();
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (!given) return;
    setReading(true);
    setProblem(null);
    try {
      const letters = await read();
      const result = await each.run(letters, ({ id }) => lettersApi.dismiss(id, given));
      if (result.refused.length === 0) onDone();
    } catch (error) {
      setProblem(wordsFor(error));
    } finally {
      setReading(false);
    }
  };
  const { result, progress } = each;
  return (
    <Dialog title={words.title(count)} onClose={result ? onDone : onClose}>
      <p>{words.says}</p>
      {problem ? <DialogProblem>{problem}</DialogProblem> : null}
      {result ? (
        <>
          <EachResultWords result={result} />
          <DialogActs>
            <ActButton onClick={onDone}>{letterText.each.close}</ActButton>
          </DialogActs>
        </>
      ) : (
        <form onSubmit={submit}>
          <Field label={words.reason} error={tried && !given ? words.needsReason : null}>
            <textarea
              data-autofocus
              rows={3}
              maxLength={MAX_REASON}
              value={reason}
              onChange={({ target }) => setReason(target.value)}
            />
          </Field>
          <DialogActs>
            <ActButton onClick={onClose}>{letterText.cancel}</ActButton>
            <ActButton submit danger disabled={reading}>
              {progress
                ? letterText.each.progress(progress.done, progress.all)
                : reading
                  ? words.reading
                  : words.go(count)}
            </ActButton>
          </DialogActs>
        </form>
      )}
    </Dialog>
  );
}
