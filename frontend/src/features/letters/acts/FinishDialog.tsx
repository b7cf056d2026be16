import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { type LetterView, MAX_BODY_CHARS } from "../../../contracts.gen";
import { ActButton } from "../../../shared/ActButton";
import { Choice } from "../../../shared/Choice";
import { Dialog, DialogActs, DialogProblem } from "../../../shared/Dialog";
import { Field } from "../../../shared/Field";
import { letterText } from "../../../shared/letterText";
import { wordsFor } from "../../../shared/problem";
import { LazyJsonEditor } from "../editor/LazyEditor";
import { type FinishAsk, lettersApi } from "../lettersApi";
import { pretty } from "../letterWords";
import { useChecked } from "../useChecked";
import { usePayloadSchema } from "../useLetters";
import { Faults } from "./Faults";
import styles from "./FinishDialog.module.css";
import type { Written } from "./useWritten";

const words = letterText.finish;

interface FinishDialogProps {
  readonly view: LetterView;
  readonly written: Written;
  readonly onDone: () => void;
  readonly onRefused: () => void;
  readonly onClose: () => void;
}

/** Do by hand what the bot could not: the reply itself, or the failed step's output. */
export function FinishDialog({ view, written, onDone, onRefused, onClose }: FinishDialogProps) {
  const { letter } = view;
  const [way, setWay] = useState<"reply" | "output">("reply");
  const finish = useMutation({
    mutationFn: (ask: FinishAsk) => lettersApi.finish(letter.id, ask),
    onSuccess: onDone,
    onError: onRefused,
  });
  const asked = view.conversation.filter(({ id }) => view.turn?.answers.includes(id));
  const form = {
    view,
    written,
    busy: finish.isPending || finish.isSuccess,
    onSend: (ask: Omit<FinishAsk, "run">) => finish.mutate({ ...ask, run: letter.run }),
    onClose,
  };
  return (
    <Dialog wide={way === "output"} title={words.title} onClose={onClose}>
      {asked.map((message) => (
        <blockquote key={message.id} className={styles.question}>
          <b>{message.author}</b> {message.body}
        </blockquote>
      ))}
      <Choice
        label={words.how}
        value={way}
        onChange={setWay}
        options={[
          { value: "reply", label: words.reply, hint: words.replySays },
          {
            value: "output",
            label: words.output,
            hint: words.outputSays,
            whyNot: view.replayable,
          },
        ]}
      />
      {finish.error ? <DialogProblem>{wordsFor(finish.error)}</DialogProblem> : null}
      {way === "reply" ? <ReplyForm {...form} /> : <OutputForm {...form} />}
    </Dialog>
  );
}

interface FormProps {
  readonly view: LetterView;
  readonly written: Written;
  readonly busy: boolean;
  readonly onSend: (ask: Omit<FinishAsk, "run">) => void;
  readonly onClose: () => void;
}

function ReplyForm({ view, written, busy, onSend, onClose }: FormProps) {
  const [body, setBody] = useState(written.reply ?? "");
  const [tried, setTried] = useState(false);
  const length = [...body].length; // characters as the server counts them
  const fault =
    length > MAX_BODY_CHARS
      ? words.tooLong(MAX_BODY_CHARS.toLocaleString("en"))
      : tried && !body.trim()
        ? words.needsReply
        : null;
  return (
    <>
      <Field label={words.replyLabel(view.letter.bot ?? letterText.unknownBot)} error={fault}>
        <textarea
          rows={6}
          value={body}
          onChange={({ target }) => {
            written.reply = target.value;
            setBody(target.value);
          }}
        />
      </Field>
      <DialogActs>
        <ActButton onClick={onClose}>{letterText.cancel}</ActButton>
        <ActButton
          main
          icon="send"
          disabled={busy}
          onClick={() => {
            setTried(true);
            if (body.trim() && length <= MAX_BODY_CHARS) onSend({ reply: { body } });
          }}
        >
          {words.sendReply}
        </ActButton>
      </DialogActs>
    </>
  );
}

function OutputForm({ view, written, busy, onSend, onClose }: FormProps) {
  const [content, setContent] = useState(() => written.output ?? pretty(view.payload ?? {}));
  const schema = usePayloadSchema();
  const { value, faults } = useChecked(content, schema.data ?? null);
  return (
    <>
      <LazyJsonEditor
        label={words.outputLabel}
        initial={content}
        schema={schema.data ?? null}
        onChange={(typed) => {
          written.output = typed;
          setContent(typed);
        }}
      />
      <Faults faults={faults} />
      <DialogActs>
        <ActButton onClick={onClose}>{letterText.cancel}</ActButton>
        <ActButton
          main
          icon="send"
          disabled={busy || value === null}
          onClick={() => value && onSend({ output: value })}
        >
          {words.sendOutput}
        </ActButton>
      </DialogActs>
    </>
  );
}
