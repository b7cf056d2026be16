import { expect, test } from "vitest";
import { decisionOf, type KeyPress } from "./decideKeys";

const none = { ctrlKey: false, metaKey: false, altKey: false };

test.each<[Partial<KeyPress> & { key: string }, string | null]>([
  [{ key: "Enter" }, null],
  [{ key: "Enter", ctrlKey: true }, null],
  [{ key: "Enter", altKey: true }, null],
  [{ key: "Enter", ctrlKey: true, altKey: true }, "approve"],
  [{ key: "Enter", metaKey: true, altKey: true }, "approve"],
  [{ key: "Backspace", ctrlKey: true, altKey: true }, "reject"],
  [{ key: "Backspace" }, null],
  [{ key: "a", ctrlKey: true, altKey: true }, null],
])("%o means %s", (press, meant) => {
  expect(decisionOf({ ...none, ...press })).toBe(meant);
});
