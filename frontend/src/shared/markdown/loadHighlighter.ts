import type rehypeHighlight from "rehype-highlight";

export type Highlighter = typeof rehypeHighlight;

let loaded: Promise<Highlighter> | null = null;

/** Load the colours for code, once. A failed load is tried again at the next call. */
export function loadHighlighter(): Promise<Highlighter> {
  loaded ??= import("rehype-highlight").then(
    ({ default: plugin }) => plugin,
    (error: unknown) => {
      loaded = null;
      throw error;
    },
  );
  return loaded;
}
