import { expect, test } from "vitest";
import { commandOf } from "./commands";

test.each([
  ["/take", { act: "take", minutes: 60 }],
  [" /take 15 ", { act: "take", minutes: 15 }],
  ["/take 0", null],
  ["/take soon", null],
  ["/take 99999", null],
  ["/take 5 minutes", null],
  ["/release", { act: "release" }],
  ["/human", { act: "human" }],
  ["/why", { act: "why" }],
  ["/why not", null],
  ["/fail", null],
  ["take", null],
  ["", null],
])("%s means %o", (text, command) => {
  expect(commandOf(text)).toEqual(command);
});
