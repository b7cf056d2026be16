// The words of thumbs and corrections.
export const feedbackText = {
  up: "Good answer",
  down: "Bad answer",
  correct: "Correct this answer",
  why: "Why this answer",
  approvedBy: (name: string) => `approved by ${name}`,
  correctedBy: (name: string) => `corrected by ${name}`,
  original: "show the original",
  hideOriginal: "hide the original",
  reason: "What was wrong? (if you like)",
  title: "Correct this answer",
  lead: "Everybody here sees your text from now on; the original is kept and can be read.",
  label: "What it should have said",
  changed: "What you change",
  save: "Save the correction",
} as const;
