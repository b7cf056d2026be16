import { json } from "@codemirror/lang-json";
import { yaml } from "@codemirror/lang-yaml";
import { unifiedMergeView } from "@codemirror/merge";
import { EditorState } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { useEffect, useRef } from "react";
import { editorLook } from "./editorTheme";
import styles from "./TextDiff.module.css";

const CONTEXT_LINES = 3; // shown around a change; the rest is folded

interface TextDiffProps {
  readonly label: string;
  readonly before: string;
  readonly after: string;
  readonly language?: "json" | "yaml";
}

/** The difference of two texts in one column, read only: what went, then what came. */
export function TextDiff({ label, before, after, language = "json" }: TextDiffProps) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!place.current) return;
    const view = new EditorView({
      parent: place.current,
      state: EditorState.create({
        doc: after,
        extensions: [
          language === "json" ? json() : yaml(),
          unifiedMergeView({
            original: before,
            mergeControls: false,
            gutter: true,
            syntaxHighlightDeletions: true,
            collapseUnchanged: { margin: CONTEXT_LINES, minSize: CONTEXT_LINES * 2 },
          }),
          EditorState.readOnly.of(true),
          editorLook,
          EditorView.contentAttributes.of({
            "aria-label": label,
            "aria-readonly": "true",
            tabindex: "0", // it scrolls
          }),
        ],
      }),
    });
    return () => view.destroy();
  }, [label, before, after, language]);
  return <div ref={place} className={styles.diff} />;
}
