import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import type { LetterGroup } from "../../../contracts.gen";
import { ActButton } from "../../../shared/ActButton";
import { Dialog, DialogActs, DialogProblem } from "../../../shared/Dialog";
import { Field } from "../../../shared/Field";
import { letterText } from "../../../shared/letterText";
import { wordsFor } from "../../../shared/problem";
import { lettersApi } from "../lettersApi";

const words = letterText.note;
const MAX_NOTE = 2000; // as the route takes it

interface NoteDialogProps {
  readonly group: LetterGroup;
  readonly onDone: () => void;
  readonly onClose: () => void;
}

/** Write down what operators should know of a group. */
export function NoteDialog({ group, onDone, onClose }: NoteDialogProps) {
  const [note, setNote] = useState(group.note);
  const save = useMutation({
    mutationFn: () => lettersApi.note(group.fingerprint, { note: note.trim() }),
    onSuccess: onDone,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  return (
    <Dialog title={words.title} onClose={onClose}>
      {save.error ? <DialogProblem>{wordsFor(save.error)}</DialogProblem> : null}
      <form onSubmit={submit}>
        <Field label={words.label}>
          <textarea
            data-autofocus
            rows={5}
            maxLength={MAX_NOTE}
            value={note}
            onChange={({ target }) => setNote(target.value)}
          />
        </Field>
        <DialogActs>
          <ActButton onClick={onClose}>{letterText.cancel}</ActButton>
          <ActButton submit main disabled={save.isPending}>
            {words.save}
          </ActButton>
        </DialogActs>
      </form>
    </Dialog>
  );
}
