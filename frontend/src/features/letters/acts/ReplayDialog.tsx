import { useMutation } from "@tanstack/react-query";
import type { LetterView } from "../../../contracts.gen";
import { ActButton } from "../../../shared/ActButton";
import { Dialog, DialogActs, DialogProblem } from "../../../shared/Dialog";
import { letterText } from "../../../shared/letterText";
import { wordsFor } from "../../../shared/problem";
import { lettersApi } from "../lettersApi";
import { RevisionChoice, StepChoice, useReentry } from "./Reentry";

const words = letterText.replayOne;

interface ReplayDialogProps {
  readonly view: LetterView;
  readonly onDone: () => void;
  readonly onRefused: () => void;
  readonly onClose: () => void;
}

/** Replay one letter as it was: from which step, with which revision. */
export function ReplayDialog({ view, onDone, onRefused, onClose }: ReplayDialogProps) {
  const { letter } = view;
  const reentry = useReentry(view);
  const needed = letter.verdict === "needed";
  const replay = useMutation({
    mutationFn: () =>
      lettersApi.replay(letter.id, {
        from_step: reentry.step,
        revision: reentry.revision,
        run: letter.run,
        overtaken: !needed,
      }),
    onSuccess: onDone,
    onError: onRefused,
  });
  return (
    <Dialog title={words.title} onClose={onClose}>
      <p>{words.says}</p>
      {needed ? null : <DialogProblem>{letterText.verdict[letter.verdict]}</DialogProblem>}
      <RevisionChoice view={view} reentry={reentry} />
      <StepChoice view={view} reentry={reentry} />
      {reentry.step === null ? <p>{words.noStep}</p> : null}
      {replay.error ? <DialogProblem>{wordsFor(replay.error)}</DialogProblem> : null}
      <DialogActs>
        <ActButton onClick={onClose}>{letterText.cancel}</ActButton>
        <ActButton
          main
          icon="again"
          disabled={reentry.step === null || replay.isPending || replay.isSuccess}
          onClick={() => replay.mutate()}
        >
          {needed ? words.go : words.anyway}
        </ActButton>
      </DialogActs>
    </Dialog>
  );
}
