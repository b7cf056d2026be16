import { useState } from "react";
import type { MessageView } from "../../contracts.gen";
import { ActButton } from "../../shared/ActButton";
import { Dialog, DialogActs, DialogProblem } from "../../shared/Dialog";
import { LazyTextDiff } from "../../shared/editor/LazyTextDiff";
import { Field } from "../../shared/Field";
import { feedbackText } from "../../shared/feedbackText";
import { letterText } from "../../shared/letterText";
import { wordsFor } from "../../shared/problem";
import { feedbackApi } from "./feedbackApi";

const words = feedbackText;

interface CorrectDialogProps {
  readonly message: MessageView;
  readonly onClose: () => void;
}

/** Put a bot's answer right; the difference is shown before it is saved. */
export function CorrectDialog({ message, onClose }: CorrectDialogProps) {
  const [body, setBody] = useState(message.body);
  const [reason, setReason] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const changed = body.trim() !== "" && body !== message.body;
  const save = async () => {
    setBusy(true);
    setProblem(null);
    try {
      await feedbackApi.correct(message.id, body, reason);
      onClose();
    } catch (error) {
      setProblem(wordsFor(error));
      setBusy(false);
    }
  };
  return (
    <Dialog wide title={words.title} onClose={onClose}>
      <p>{words.lead}</p>
      <Field label={words.label}>
        <textarea
          data-autofocus
          rows={8}
          value={body}
          onChange={({ target }) => setBody(target.value)}
        />
      </Field>
      {changed ? <LazyTextDiff label={words.changed} before={message.body} after={body} /> : null}
      <Field label={words.reason}>
        <input maxLength={500} value={reason} onChange={({ target }) => setReason(target.value)} />
      </Field>
      {problem ? <DialogProblem>{problem}</DialogProblem> : null}
      <DialogActs>
        <ActButton onClick={onClose}>{letterText.cancel}</ActButton>
        <ActButton main disabled={busy || !changed} onClick={() => void save()}>
          {words.save}
        </ActButton>
      </DialogActs>
    </Dialog>
  );
}
