import { useState } from "react";
import type { LetterView } from "../../../contracts.gen";
import { ActButton } from "../../../shared/ActButton";
import { CodeText } from "../../../shared/CodeText";
import { CopyButton } from "../../../shared/CopyButton";
import { letterText } from "../../../shared/letterText";
import { Part } from "../../../shared/Part";
import { pretty } from "../letterWords";
import { JsonTree } from "./JsonTree";
import styles from "./PayloadPart.module.css";

const words = letterText.letter;

/** What the failed step was given, as a tree or as JSON. */
export function PayloadPart({ view }: { readonly view: LetterView }) {
  const [asJson, setAsJson] = useState(false);
  if (view.payload === null) {
    return (
      <Part title={words.payload}>
        <p>{words.noPayload}</p>
      </Part>
    );
  }
  const json = pretty(view.payload);
  return (
    <Part title={words.payload}>
      <div className={styles.tools}>
        <ActButton onClick={() => setAsJson(!asJson)}>{asJson ? words.tree : words.json}</ActButton>
        <CopyButton content={json} label={words.copy} />
      </div>
      {asJson ? (
        <CodeText label={words.payload}>{json}</CodeText>
      ) : (
        <div className={styles.tree}>
          <JsonTree name="" value={view.payload} />
        </div>
      )}
    </Part>
  );
}
