import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { ActButton } from "../../../shared/ActButton";
import { botText } from "../../../shared/botText";
import { DialogProblem } from "../../../shared/Dialog";
import { Field } from "../../../shared/Field";
import { wordsFor } from "../../../shared/problem";
import { botsApi } from "../botsApi";
import styles from "./Playground.module.css";
import { Tried } from "./Tried";

const words = botText.tryOut;
const MOST_CHARS = 32_000; // as the route takes

/** Runs the text of the editor on a message, with nothing saved and nobody told. */
export function Playground({ text }: { readonly text: string }) {
  const [message, setMessage] = useState<string>(words.hello);
  const run = useMutation({
    mutationFn: (yaml: string) => botsApi.tryOut(yaml, message),
  });
  const start = () => {
    if (!run.isPending && message.trim() !== "") run.mutate(text);
  };
  return (
    <section className={styles.playground} aria-labelledby="try-title">
      <h2 id="try-title">{words.title}</h2>
      <p>{words.lead}</p>
      <Field label={words.message}>
        <textarea
          rows={2}
          maxLength={MOST_CHARS}
          value={message}
          onChange={({ target }) => setMessage(target.value)}
          onKeyDown={(event) => {
            if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
              event.preventDefault();
              start();
            }
          }}
        />
      </Field>
      <div className={styles.acts}>
        <ActButton icon="play" disabled={run.isPending || message.trim() === ""} onClick={start}>
          {run.isPending ? words.running : words.run}
        </ActButton>
        <span className={styles.hint}>{words.hint}</span>
      </div>
      {run.isError ? (
        <DialogProblem>
          {words.failed} {wordsFor(run.error)}
        </DialogProblem>
      ) : null}
      <div role="status" className={styles.result}>
        {run.data ? (
          <>
            {run.variables === text ? null : <p className={styles.old}>{words.old}</p>}
            <Tried result={run.data} />
          </>
        ) : null}
      </div>
    </section>
  );
}
