import { describe, expect, it } from "vitest";
import type { Problem } from "../../../contracts.gen";
import { Refused } from "../../../shared/problem";
import { problem } from "../../../testing/FakeServer";
import { meanwhile } from "./meanwhile";
import { decideSave, headersFor, isConflict, nameIn } from "./saveDecision";
import { FIRST, templateFor } from "./template";

const read = { text: "name: daisy\n", etag: '"1"' };
const none = { text: "", etag: null };

describe("a save", () => {
  it.each([
    ["of what is there is none", "daisy", read.text, read, { kind: "nothing" }],
    [
      "goes over what was read",
      "daisy",
      "name: daisy\n#\n",
      read,
      { kind: "save", name: "daisy", way: { kind: "replace", etag: '"1"' } },
    ],
    [
      "of a new bot takes the name in its text",
      null,
      "name: echo-2 # mine\n",
      none,
      { kind: "save", name: "echo-2", way: { kind: "create" } },
    ],
    ["of a new bot without a name is none", null, "steps: []\n", none, { kind: "nameless" }],
    [
      "of a removed bot makes it again",
      "daisy",
      "name: daisy\n",
      none,
      { kind: "save", name: "daisy", way: { kind: "create" } },
    ],
  ] as const)("%s", (_name, bot, text, base, expected) => {
    expect(decideSave(bot, text, base)).toEqual(expected);
  });

  it("says which state it means", () => {
    expect(headersFor({ kind: "create" })).toEqual({ "If-None-Match": "*" });
    expect(headersFor({ kind: "replace", etag: '"a"' })).toEqual({ "If-Match": '"a"' });
  });

  it.each([
    [412, true],
    [409, false],
    [422, false],
  ])("that is refused with %i is a conflict: %s", (status, expected) => {
    expect(isConflict(new Refused(problem(status, "").body as Problem))).toBe(expected);
  });
});

it.each([
  ["name: daisy", "daisy"],
  ['# x\nname: "daisy"\n', "daisy"],
  ["persona:\n  name: inner\n", null],
  ["name: Daisy", null],
  ["name:\n", null],
  ["tests:\n  - name: x\nname: echo", "echo"],
])("the name in %j is %j", (text, expected) => {
  expect(nameIn(text)).toBe(expected);
});

describe("a newer reading of the file", () => {
  const now = { text: "theirs", etag: '"2"' };
  it.each([
    ["the same", "mine", { text: "was", etag: '"1"' }, { text: "was", etag: 'W/"1-gzip"' }, "same"],
    ["newer, and nothing was written", "was", { text: "was", etag: '"1"' }, now, "follow"],
    ["what was written", "theirs", { text: "was", etag: '"1"' }, now, "follow"],
    ["newer than what was written", "mine", { text: "was", etag: '"1"' }, now, "conflict"],
    ["gone", "mine", { text: "was", etag: '"1"' }, { text: "", etag: null }, "gone"],
  ] as const)("is %s", (_name, text, base, newer, expected) => {
    expect(meanwhile(text, base, newer)).toBe(expected);
  });
});

describe("a template", () => {
  it.each([
    ["my-bot", "name: my-bot\npersona:\n  display_name: My Bot\n"],
    ["yes", 'name: "yes"\npersona:\n  display_name: "Yes"\n'],
    ["r2-d2", 'name: r2-d2\npersona:\n  display_name: "R2 D2"\n'],
    ["a--b", "name: a--b\npersona:\n  display_name: A B\n"],
  ])("of %s names it", (name, begins) => {
    expect(templateFor(name).startsWith(begins)).toBe(true);
    expect(nameIn(templateFor(name))).toBe(name);
  });

  it("to copy has eight lines", () => {
    expect(FIRST.trimEnd().split("\n")).toHaveLength(8);
  });
});
