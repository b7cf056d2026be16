import { autocompletion, type CompletionContext, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, isolateHistory } from "@codemirror/commands";
import { yaml } from "@codemirror/lang-yaml";
import { bracketMatching, indentOnInput, indentUnit } from "@codemirror/language";
import { lintGutter, setDiagnostics } from "@codemirror/lint";
import { EditorState } from "@codemirror/state";
import { EditorView, keymap, lineNumbers } from "@codemirror/view";
import { type RefObject, useEffect, useImperativeHandle, useRef } from "react";
import type { LintError, StepKindView } from "../../../contracts.gen";
import { editorLook } from "../../../shared/editor/editorTheme";
import { botSchema } from "./botSchema";
import { suggest } from "./completion";
import { marksOf, offsetOf } from "./lintMarks";
import styles from "./YamlEditor.module.css";

const MOST_BOOST = 99; // as the library takes

/** What others do with the text in the editor. */
export interface EditorHandle {
  readonly goTo: (line: number, column: number) => void;
  /** Put another text in its place; undo brings the one before back. */
  readonly replace: (text: string) => void;
}

interface YamlEditorProps {
  readonly label: string;
  /** What it begins with; later changes come from typing, or by the handle. */
  readonly initial: string;
  readonly readOnly: boolean;
  readonly faults: readonly LintError[];
  readonly kinds: readonly StepKindView[];
  readonly handle: RefObject<EditorHandle | null>;
  readonly onChange: (text: string) => void;
}

/** A field for a bot's file: completes keys and classes, and marks faults. Tab leaves it. */
export function YamlEditor(props: YamlEditorProps) {
  const { label, initial, readOnly, faults, handle, onChange } = props;
  const place = useRef<HTMLDivElement>(null);
  const editor = useRef<EditorView | null>(null);
  const told = useRef(onChange);
  told.current = onChange;
  const kinds = useRef(props.kinds);
  kinds.current = props.kinds;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the text lives in the editor once it is made
  useEffect(() => {
    if (!place.current) return;
    const view = new EditorView({
      parent: place.current,
      state: EditorState.create({
        doc: initial,
        extensions: [
          yaml(),
          history(),
          lineNumbers(),
          bracketMatching(),
          indentOnInput(),
          indentUnit.of("  "),
          lintGutter(),
          autocompletion({ override: [(context) => complete(context, kinds.current)] }),
          keymap.of([...completionKeymap, ...defaultKeymap, ...historyKeymap]),
          editorLook,
          EditorState.readOnly.of(readOnly),
          EditorView.contentAttributes.of({
            "aria-label": label,
            "aria-multiline": "true",
            "aria-readonly": String(readOnly),
            tabindex: "0", // it scrolls
          }),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) told.current(update.state.doc.toString());
          }),
        ],
      }),
    });
    editor.current = view;
    return () => {
      editor.current = null;
      view.destroy();
    };
  }, [label, readOnly]);
  useEffect(() => {
    const view = editor.current;
    if (!view) return;
    const marks = marksOf(view.state.doc.toString(), faults);
    const diagnostics = marks.map((mark) => ({ ...mark, severity: "error" as const }));
    view.dispatch(setDiagnostics(view.state, diagnostics));
  }, [faults]);
  useImperativeHandle(handle, () => ({
    goTo: (line, column) => goTo(editor.current, line, column),
    replace: (text) => replace(editor.current, text),
  }));
  return <div ref={place} className={styles.editor} />;
}

function complete(context: CompletionContext, kinds: readonly StepKindView[]) {
  const text = context.state.doc.toString();
  const found = suggest(text, context.pos, botSchema, kinds);
  // an empty word is completed only where it was asked for, or right after a key or dash
  const typed = found && (context.pos > found.from || /(?:^|[:{,-] )$/.test(lineBefore(context)));
  if (!found || !(context.explicit || typed)) return null;
  // what is whole already needs no list that catches the Enter
  const whole = (word: string) => found.options.some(({ label }) => label === word);
  if (!context.explicit && whole(text.slice(found.from, context.pos))) return null;
  const options = found.options.map(({ label, apply, detail, explains }, index) => ({
    label,
    boost: -Math.min(index, MOST_BOOST), // in the order that was given, where all match alike
    apply,
    detail,
    ...(explains ? { info: explains } : {}),
  }));
  return {
    from: found.from,
    options,
    validFor: (word: string) => /^[\w$.-]*$/.test(word) && !whole(word),
  };
}

function lineBefore({ state, pos }: CompletionContext): string {
  const { from } = state.doc.lineAt(pos);
  return state.sliceDoc(from, pos).trimStart();
}

function goTo(view: EditorView | null, line: number, column: number): void {
  if (!view) return;
  const anchor = offsetOf(view.state.doc.toString(), line, column);
  view.dispatch({
    selection: { anchor },
    effects: EditorView.scrollIntoView(anchor, { y: "center" }),
  });
  view.focus();
}

function replace(view: EditorView | null, text: string): void {
  if (!view || view.state.doc.toString() === text) return;
  view.dispatch({
    changes: { from: 0, to: view.state.doc.length, insert: text },
    annotations: isolateHistory.of("full"), // one undo brings back what stood here, no more
  });
}
