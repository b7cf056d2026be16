import { expect, it } from "vitest";
import { makeJob } from "../../../testing/letterBuilders";
import { doingWords } from "./doingWords";

it.each([
  ["waits for the first", { stage: 0, sent: 1, pending: 30 }, "Waits for the outcome of 1 letter,"],
  ["sends the next five", { stage: 1, sent: 0, pending: 30 }, "Sends the next, at most 5 a second"],
  ["sends the rest meanwhile", { stage: 3, sent: 9, pending: 30 }, "Sends the next"],
  ["has sent all", { stage: 3, sent: 2, pending: 0 }, "All are sent. Waits for the outcome of 2"],
  ["knows all", { stage: 3, sent: 0, pending: 0 }, "All have an outcome."],
  ["is paused", { state: "paused", sent: 0, pending: 9 }, "Nothing is sent until"],
  ["is paused, some on the way", { state: "paused", sent: 2 }, "of 2 letters is not known yet."],
  ["stopped by itself", { state: "halted", sent: 0 }, "Nothing more is sent."],
  ["was stopped, one on its way", { state: "stopped", sent: 1 }, "of 1 letter is not known yet."],
] as const)("a replay that %s says so", (_name, change, words) => {
  expect(doingWords(makeJob({ pace: 5, ...change }))).toContain(words);
});

it("a replay that is over has nothing more to say", () => {
  expect(doingWords(makeJob({ state: "done", sent: 0 }))).toBe("");
});
