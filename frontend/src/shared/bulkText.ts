// What the pages of bulk replays say.
import { count } from "./count";
import { jobState } from "./letterNames";

export const bulkText = {
  plan: {
    title: "Replay this group",
    asking: "Counting…",
    failed: "The plan could not be made.",
    matched: "match",
    needed: "still needed: these are replayed",
    answered: "answered by hand: left",
    overtaken: "overtaken by a later answer: left",
    expired: "expired: left",
    notReplayable: "not replayable: left",
    ramp: "It replays 1 first, then 5, 25, the rest. It stops by itself when they fail the same way.",
    nothing: "None of them is still needed, so there is nothing to replay.",
    pace: "At most this many a second",
    badPace: "A number between 0.1 and 1000.",
    start: (n: number) => (n > 1 ? `Replay ${n.toLocaleString("en")}, 1 first` : `Replay ${n}`),
  },
  job: {
    title: "Replay of many",
    failed: "This replay could not be read.",
    notFound: "There is no such replay.",
    state: jobState,
    by: (who: string, at: string) => `started by ${who}, ${at}`,
    stage: ["1 letter first", "then 5", "then 25", "then the rest"],
    progress: (done: number, total: number) => `${done} of ${total} have an outcome`,
    pending: "not sent yet",
    sent: "on their way",
    resolved: "resolved",
    failedAgain: "failed again",
    skipped: "skipped",
    pause: "Pause",
    resume: "Go on",
    stop: "Stop",
    stopTitle: "Stop this replay?",
    stopSays: (n: number) =>
      `${count(n, "letter is", "letters are")} not sent yet and will stay as they are. What is on its way goes on.`,
    failures: "Failed again, and why",
    skips: "Skipped, and why",
    moreSkips: (n: number) => `and ${n} more`,
    result: (resolved: number, failed: number, skipped: number) =>
      `${resolved} resolved, ${failed} failed again, ${skipped} skipped.`,
    pace: (n: number) => `at most ${n} a second`,
    letters: "Show these letters",
    awaits: (n: number) =>
      `Waits for the outcome of ${count(n, "letter", "letters")}, then sends more.`,
    awaitsLast: (n: number) =>
      `All are sent. Waits for the outcome of ${count(n, "letter", "letters")}.`,
    sends: (pace: number) => `Sends the next, at most ${pace} a second.`,
    ending: "All have an outcome.",
    paused: "Nothing is sent until somebody lets it go on.",
    halted: "Nothing more is sent. “Go on” begins with one letter again.",
    onTheWay: (n: number) => `The outcome of ${count(n, "letter", "letters")} is not known yet.`,
  },
} as const;
