import { expect, it } from "vitest";
import { AT } from "../../../testing/builders";
import type { OpenTurn, TurnStep } from "../live/conversationLog";
import { turnWords } from "./turnWords";

const START = Date.parse(AT);

const turn: OpenTurn = {
  id: "t-1",
  run: 1,
  bot: "daisy",
  state: "running",
  stream: true,
  answers: [],
  steps: Array.from({ length: 6 }, (_, index) => ({ id: `s${index}`, kind: "gpt" })),
  failure: null,
  reference: null,
  waitingFor: null,
  at: AT,
};

const step: TurnStep = {
  step: "think",
  position: 4,
  total: 6,
  attempt: 1,
  activity: "thinking",
  leaseMs: 10_000,
  heardAt: START,
};

it.each([
  ["at once", step, 0, "Daisy · step 4 of 6 · thinking"],
  ["after 6 s", step, 6, "Daisy · step 4 of 6 · thinking · 6 s"],
  ["in the second try", { ...step, attempt: 2 }, 6, "Daisy · step 4 of 6 · thinking · try 2 · 6 s"],
  ["after 10 s", step, 10, "Daisy · step 4 of 6 · thinking · 10 s · still working"],
  [
    "when its lease is over",
    step,
    11,
    "Daisy · waiting for a free runner; your message is safe · 11 s",
  ],
  ["before any progress", null, 1, "Daisy · starting · 1 s"],
  [
    "without any progress",
    null,
    72,
    "Daisy · waiting for a free runner; your message is safe · 1 min 12 s",
  ],
  ["when the clocks differ", step, -90, "Daisy · step 4 of 6 · thinking"],
])("%s", (_name, known, seconds, line) => {
  expect(turnWords({ turn, step: known, bot: "Daisy", now: START + seconds * 1000 }).line).toBe(
    line,
  );
});
