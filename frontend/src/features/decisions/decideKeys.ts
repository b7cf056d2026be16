// The keys of a draft: chords only, since Enter alone must never approve. Pure.

export interface KeyPress {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
}

/** Return what a key press means: Ctrl or ⌘ with Alt and Enter, or with Alt and Backspace. */
export function decisionOf(press: KeyPress): "approve" | "reject" | null {
  if (!press.altKey || !(press.ctrlKey || press.metaKey)) return null;
  if (press.key === "Enter") return "approve";
  if (press.key === "Backspace") return "reject";
  return null;
}
