import { expect, it } from "vitest";
import { barsOf, secondsWords } from "./attemptBars";

const at = (second: number) => new Date(Date.UTC(2026, 10, 22, 10) + second * 1000).toISOString();
const entry = (queued: number, started: number, ended: number) => ({
  queued_at: at(queued),
  started_at: at(started),
  ended_at: at(ended),
});

it("puts each try at its place in the whole time", () => {
  expect(barsOf([entry(0, 1, 2), entry(2, 7, 10)])).toEqual([
    { before: 0, wait: 10, run: 10 },
    { before: 20, wait: 50, run: 30 },
  ]);
});

it("has no share below nothing, whatever the clocks say", () => {
  expect(barsOf([entry(5, 3, 10)])).toEqual([{ before: 0, wait: 0, run: 100 }]);
});

it.each([
  [0, 0, "0 ms"],
  [0, 2.5, "2.5 s"],
  [0, 240, "4 min"],
])("says from %d to %d s as %s", (from, to, words) => {
  expect(secondsWords(at(from), at(to))).toBe(words);
});
