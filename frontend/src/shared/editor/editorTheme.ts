// How the editor and the diff look: our tokens, in both themes.
import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { EditorView } from "@codemirror/view";
import { tags } from "@lezer/highlight";

const look = EditorView.theme({
  "&": {
    border: "1px solid var(--field-line)",
    borderRadius: "var(--radius-small)",
    background: "var(--code)",
    color: "var(--ink)",
    fontSize: "var(--text-small)",
  },
  "&.cm-focused": { outline: "2px solid var(--focus)", outlineOffset: "1px" },
  ".cm-scroller": { fontFamily: "var(--font-code)", lineHeight: "1.6" },
  ".cm-content": { caretColor: "var(--ink)" },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  ".cm-gutters": {
    border: "0",
    background: "var(--code)",
    color: "var(--ink-soft)",
  },
  ".cm-activeLine, .cm-activeLineGutter": { background: "transparent" },
  "&.cm-focused .cm-selectionBackground, .cm-selectionBackground, ::selection": {
    background: "var(--chosen) !important",
  },
  ".cm-tooltip": {
    border: "1px solid var(--line)",
    background: "var(--raised)",
    color: "var(--ink)",
  },
  ".cm-tooltip-autocomplete > ul": { fontFamily: "var(--font-code)" },
  ".cm-tooltip-autocomplete > ul > li": { padding: "2px var(--space-2) !important" },
  ".cm-tooltip-autocomplete > ul > li[aria-selected]": {
    background: "var(--accent) !important",
    color: "var(--accent-on) !important",
  },
  ".cm-completionDetail": { fontFamily: "var(--font)" },
  ".cm-changedLine, .cm-insertedLine": { background: "var(--accent-soft) !important" },
  ".cm-changedText": { background: "transparent !important", fontWeight: "700" },
  ".cm-deletedChunk": { background: "var(--status-failed-soft) !important" },
  ".cm-deletedChunk .cm-deletedText": { background: "transparent !important", fontWeight: "700" },
  ".cm-deletedLine, .cm-deletedLine del": { textDecoration: "none" },
  // the library's own sign is in few fonts
  ".cm-collapsedLines:before, .cm-collapsedLines:after": { content: '"…"' },
  ".cm-collapsedLines": {
    background: "var(--hover) !important",
    color: "var(--ink-soft)",
  },
});

const colours = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: "var(--syntax-name)" },
  { tag: tags.string, color: "var(--syntax-text)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--syntax-number)" },
]);

export const editorLook = [look, syntaxHighlighting(colours), EditorView.lineWrapping];
