// What states, reasons, verdicts and acts of dead letters are called. Read through letterText.ts.
import type { ActView, FailureView, LetterRow, ReplayJob } from "../contracts.gen";

export const status: Readonly<Record<LetterRow["status"], string>> = {
  open: "open",
  replaying: "replaying",
  resolved: "resolved",
  answered: "answered by hand",
  dismissed: "dismissed",
  cancelled: "cancelled",
  late: "came late",
  double: "second copy",
};

export const statusMeaning: Readonly<Record<LetterRow["status"], string>> = {
  open: "Somebody must look at it.",
  replaying: "It was sent again; its outcome is not known yet.",
  resolved: "It ended well after all.",
  answered: "A person wrote the answer. It cannot be replayed, so nobody is answered twice.",
  dismissed: "It was given up.",
  cancelled: "Its question was cancelled.",
  late: "It came after its run was over. There is nothing to do.",
  double: "A second letter of the same failure. Act on the first one.",
};

export const reason: Readonly<Record<LetterRow["reason"], string>> = {
  failed: "the step failed",
  timeout: "took too long",
  bad_output: "unusable output",
  too_large: "too large",
  crashed: "crashed",
  expired: "waited too long",
  gone: "steps are gone",
  undecodable: "cannot be read",
  unsupported_version: "newer format",
  unroutable: "no runner for the step",
  undeliverable: "tried too often",
  lost: "nothing was heard",
};

export const reasonMeaning: Readonly<Record<LetterRow["reason"], string>> = {
  failed: "The step raised an error.",
  timeout: "The step did not end within its time.",
  bad_output: "The step returned something that the next step cannot take.",
  too_large: "What the step returned is larger than a message may be.",
  crashed: "The step's process died while it ran.",
  expired: "It had waited in the queue for too long.",
  gone: "The bot has changed, and the steps that it began with are gone.",
  undecodable: "A message inside Warren could not be read.",
  unsupported_version: "A part of Warren speaks a newer format than another.",
  unroutable: "No runner serves a step that the bot needs.",
  undeliverable: "The step was given out many times and never ended.",
  lost: "Nothing was heard of it in time; a machine may have gone away.",
};

export const verdict: Readonly<Record<LetterRow["verdict"], string>> = {
  needed: "Still needed: nobody has answered this yet.",
  answered: "Answered by hand: a replay would answer twice.",
  overtaken:
    "Overtaken: the bot has answered a later message here. A replay answers an old question.",
  expired: "Expired: older than this bot's answers are of use.",
};

export const trigger: Readonly<Record<FailureView["trigger"], string>> = {
  first: "at the first try",
  replayed: "after a replay",
  edited: "after an edited replay",
  finished: "after its step was finished by hand",
};

export const act: Readonly<Record<ActView["kind"], string>> = {
  replayed: "replayed it",
  edited: "edited and replayed it",
  finished: "gave the step's output by hand",
  answered: "wrote the answer by hand",
  dismissed: "dismissed it",
  restored: "opened it again",
  cancelled: "cancelled the question",
};

export const jobState: Readonly<Record<ReplayJob["state"], string>> = {
  running: "running",
  paused: "paused",
  stopped: "stopped",
  halted: "stopped by itself",
  done: "done",
};
