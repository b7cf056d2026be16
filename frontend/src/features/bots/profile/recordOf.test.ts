import { expect, it } from "vitest";
import { makeLedgerRow } from "../../../testing/botBuilders";
import { factsOf, failuresByStep } from "./recordOf";

it("a record is of the whole revision, and leaves out what never happened", () => {
  const rows = [makeLedgerRow({ step: "gpt", turns: 99 }), makeLedgerRow()];
  expect(factsOf(rows)?.filter(([, value]) => value !== null)).toEqual([
    ["Asked", "12 times"],
    ["Failed at least once", "3 (25 %)"],
    ["Usual time to an answer", "3.2 s"],
  ]);
  expect([...failuresByStep(rows)]).toEqual([["gpt", 3]]);
});

it("a record tells drafts, corrections and thumbs where there are any", () => {
  const more = { drafts: 5, sent_unedited: 4, corrections: 1, thumbs_up: 2, thumbs_down: 1 };
  expect(factsOf([makeLedgerRow({ ...more, turns: 0, seconds: null })])?.slice(1)).toEqual([
    ["Failed at least once", null],
    ["Usual time to an answer", null],
    ["Drafts sent as they were", "4 of 5"],
    ["Corrected afterwards", "1 time"],
    ["Thumbs", "2 up, 1 down"],
  ]);
});

it("there is no record of what nobody asked", () => {
  expect(factsOf([])).toBeNull();
});
