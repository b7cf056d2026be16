import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import type { LetterView } from "../../../contracts.gen";
import { ActButton } from "../../../shared/ActButton";
import { Dialog, DialogActs, DialogProblem } from "../../../shared/Dialog";
import { LazyTextDiff } from "../../../shared/editor/LazyTextDiff";
import { letterText } from "../../../shared/letterText";
import { wordsFor } from "../../../shared/problem";
import { LazyJsonEditor } from "../editor/LazyEditor";
import { lettersApi } from "../lettersApi";
import { pretty } from "../letterWords";
import { useChecked } from "../useChecked";
import { usePayloadSchema } from "../useLetters";
import { Faults } from "./Faults";
import { givenTo } from "./givenTo";
import { EditedStepChoice, isEditable, RevisionChoice, useReentry } from "./Reentry";
import type { Written } from "./useWritten";

const words = letterText.edit;

interface EditDialogProps {
  readonly view: LetterView;
  readonly written: Written;
  readonly onDone: () => void;
  readonly onRefused: () => void;
  readonly onClose: () => void;
}

/** Edit what a step was given, look at the difference, and send one copy. */
export function EditDialog({ view, written, onDone, onRefused, onClose }: EditDialogProps) {
  const { letter } = view;
  const reentry = useReentry(view, isEditable);
  const step = reentry.step ?? "";
  const before = pretty(givenTo(view, reentry.step) ?? {});
  const [typed, setTyped] = useState<ReadonlyMap<string, string>>(written.edits);
  const content = typed.get(step) ?? before;
  const [sure, setSure] = useState(false);
  const schema = usePayloadSchema();
  const checked = useChecked(content, schema.data ?? null);
  const send = useMutation({
    mutationFn: (payload: Record<string, unknown>) =>
      lettersApi.replay(letter.id, {
        payload,
        revision: reentry.revision,
        from_step: reentry.step,
        run: letter.run,
        overtaken: letter.verdict !== "needed",
      }),
    onSuccess: onDone,
    onError: onRefused,
  });
  const after = checked.value ? pretty(checked.value) : content;
  const same = checked.value !== null && after === before;
  if (sure && checked.value) {
    const { value } = checked;
    return (
      <Dialog wide title={words.confirmTitle} onClose={onClose}>
        <p>
          {words.confirmLead} {words.confirmStep(step)}
        </p>
        {letter.verdict === "needed" ? null : <p>{letterText.verdict[letter.verdict]}</p>}
        <LazyTextDiff label={words.diff} before={before} after={after} />
        {send.error ? <DialogProblem>{wordsFor(send.error)}</DialogProblem> : null}
        <DialogActs>
          <ActButton disabled={send.isPending} onClick={() => setSure(false)}>
            {words.back}
          </ActButton>
          <ActButton
            main
            icon="send"
            disabled={send.isPending || send.isSuccess}
            onClick={() => send.mutate(value)}
          >
            {words.send}
          </ActButton>
        </DialogActs>
      </Dialog>
    );
  }
  return (
    <Dialog wide title={words.title} onClose={onClose}>
      <p>{words.lead(reentry.step ?? letterText.unknownStep)}</p>
      {schema.isError ? <p role="status">{words.schemaFailed}</p> : null}
      <EditedStepChoice view={view} reentry={reentry} />
      <LazyJsonEditor
        key={step}
        label={words.label}
        initial={content}
        schema={schema.data ?? null}
        onChange={(text) => {
          written.edits.set(step, text);
          setTyped(new Map(written.edits));
        }}
      />
      <Faults faults={checked.faults} />
      <RevisionChoice view={view} reentry={reentry} />
      {same ? <p role="status">{words.same}</p> : null}
      {send.error ? <DialogProblem>{wordsFor(send.error)}</DialogProblem> : null}
      <DialogActs>
        <ActButton onClick={onClose}>{letterText.cancel}</ActButton>
        <ActButton
          main
          disabled={checked.value === null || same || reentry.step === null}
          onClick={() => {
            send.reset();
            setSure(true);
          }}
        >
          {words.review}
        </ActButton>
      </DialogActs>
    </Dialog>
  );
}
