import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { json } from "@codemirror/lang-json";
import { bracketMatching, indentOnInput } from "@codemirror/language";
import { linter, lintGutter } from "@codemirror/lint";
import { EditorState } from "@codemirror/state";
import { EditorView, keymap, lineNumbers } from "@codemirror/view";
import { useEffect, useRef } from "react";
import { editorLook } from "../../../shared/editor/editorTheme";
import styles from "./JsonEditor.module.css";
import { checkJson } from "./jsonFaults";

const LINT_MS = 200;

interface JsonEditorProps {
  readonly label: string;
  /** What it begins with; later changes come from typing only. */
  readonly initial: string;
  readonly schema: object | null;
  readonly onChange: (content: string) => void;
}

/** A field for JSON, with faults marked where they are. Tab leaves it, as every field. */
export function JsonEditor({ label, initial, schema, onChange }: JsonEditorProps) {
  const place = useRef<HTMLDivElement>(null);
  const told = useRef(onChange);
  told.current = onChange;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the text lives in the editor once it is made
  useEffect(() => {
    if (!place.current) return;
    const view = new EditorView({
      parent: place.current,
      state: EditorState.create({
        doc: initial,
        extensions: [
          json(),
          history(),
          lineNumbers(),
          bracketMatching(),
          indentOnInput(),
          lintGutter(),
          linter(marks(schema), { delay: LINT_MS }),
          keymap.of([...defaultKeymap, ...historyKeymap]),
          editorLook,
          EditorView.contentAttributes.of({
            "aria-label": label,
            "aria-multiline": "true",
            tabindex: "0", // it scrolls
          }),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) told.current(update.state.doc.toString());
          }),
        ],
      }),
    });
    return () => view.destroy();
  }, [schema, label]);
  return <div ref={place} className={styles.editor} />;
}

function marks(schema: object | null) {
  return (view: EditorView) =>
    checkJson(view.state.doc.toString(), schema).faults.map(({ from, to, what }) => ({
      from,
      to,
      severity: "error" as const,
      message: what,
    }));
}
