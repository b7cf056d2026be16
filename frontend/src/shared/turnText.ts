// The words of one turn's trace.
export const turnText = {
  title: "Why this answer",
  back: "Back to the conversation",
  failed: "The trace of this answer could not be read.",
  of: (bot: string, revision: string, state: string, run: number) =>
    `${bot}, revision ${revision} · ${state}${run > 1 ? ` · run ${run}` : ""}`,
  download: "Download as JSON",
  none: "The trace is told when the answer is there, or when it waits for somebody.",
  times: (wait: string, run: string, attempt: number) =>
    `waited ${wait}, ran ${run}${attempt > 1 ? `, try ${attempt}` : ""}`,
  changes: (count: number) => `What it changed (${count})`,
} as const;
