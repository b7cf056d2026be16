import { type FormEvent, useState } from "react";
import type { QuestionView } from "../../contracts.gen";
import { ActButton } from "../../shared/ActButton";
import { DialogProblem } from "../../shared/Dialog";
import { decisionText } from "../../shared/decisionText";
import { Field } from "../../shared/Field";
import { Markdown } from "../../shared/markdown/Markdown";
import { wordsFor } from "../../shared/problem";
import styles from "./Card.module.css";
import { CardHead } from "./CardHead";
import { decisionsApi } from "./decisionsApi";
import { answerOf, type FormField, fieldsOf } from "./formFields";
import { isDecided } from "./isDecided";
import { useDecided } from "./useDecisions";

const words = decisionText;

interface QuestionCardProps {
  readonly question: QuestionView;
  /** What became of it, in words: the card itself goes with the next reading. */
  readonly onSettled: (words: string) => void;
}

/** A question with its form. */
export function QuestionCard({ question, onSettled }: QuestionCardProps) {
  const fields = fieldsOf(question.form);
  const [given, setGiven] = useState<Readonly<Record<string, string>>>({});
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const decided = useDecided();
  const { answer, faults } = answerOf(fields, given);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (faults.length > 0) return;
    setBusy(true);
    setProblem(null);
    try {
      await decisionsApi.answer(question.id, answer);
      onSettled(words.decided.answered);
    } catch (error) {
      setProblem(wordsFor(error));
      if (isDecided(error)) onSettled(wordsFor(error));
    } finally {
      setBusy(false);
      await decided();
    }
  };
  return (
    <article className={styles.card} aria-label={words.wants[question.kind](question.bot)}>
      <CardHead decision={question} />
      <div className={styles.body}>
        <Markdown body={question.text} />
      </div>
      <form onSubmit={submit}>
        {fields.map((field) => (
          <Field
            key={field.name}
            label={field.label}
            error={tried && faults.includes(field.name) ? words.formFault : null}
          >
            <Control
              field={field}
              value={given[field.name] ?? ""}
              onChange={(value) => setGiven((before) => ({ ...before, [field.name]: value }))}
            />
          </Field>
        ))}
        {problem ? <DialogProblem>{problem}</DialogProblem> : null}
        <div className={styles.acts}>
          <ActButton main submit icon="check" disabled={busy}>
            {words.answer}
          </ActButton>
        </div>
      </form>
    </article>
  );
}

interface ControlProps {
  readonly field: FormField;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

function Control({ field, value, onChange }: ControlProps) {
  switch (field.type) {
    case "boolean":
      return (
        <input
          type="checkbox"
          checked={value === "yes"}
          onChange={({ target }) => onChange(target.checked ? "yes" : "")}
        />
      );
    case "choice":
      return (
        <select value={value} onChange={({ target }) => onChange(target.value)}>
          <option value="">{words.choose}</option>
          {field.choices.map((choice) => (
            <option key={choice}>{choice}</option>
          ))}
        </select>
      );
    case "text":
      return <textarea rows={2} value={value} onChange={({ target }) => onChange(target.value)} />;
    default:
      return (
        <input
          inputMode={field.type === "integer" ? "numeric" : "decimal"}
          value={value}
          onChange={({ target }) => onChange(target.value)}
        />
      );
  }
}
