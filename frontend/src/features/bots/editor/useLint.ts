// The check as one types: asked when the writer pauses; what comes late is dropped.
import { useEffect, useState } from "react";
import type { LintError } from "../../../contracts.gen";
import { botsApi } from "../botsApi";

const PAUSE_MS = 300;

export interface Lint {
  readonly faults: readonly LintError[];
  /** The text that these are of. */
  readonly of: string | null;
  readonly failed: boolean;
}

/** Return what the check says of the newest text that it has answered for. */
export function useLint(text: string): Lint {
  const [lint, setLint] = useState<Lint>({ faults: [], of: null, failed: false });
  useEffect(() => {
    let stale = false;
    const timer = setTimeout(() => {
      botsApi.lint(text).then(
        ({ errors }) => stale || setLint({ faults: errors, of: text, failed: false }),
        () => stale || setLint((before) => ({ ...before, failed: true })),
      );
    }, PAUSE_MS);
    return () => {
      stale = true;
      clearTimeout(timer);
    };
  }, [text]);
  return lint;
}
