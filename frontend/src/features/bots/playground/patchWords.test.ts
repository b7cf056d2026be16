import { expect, it } from "vitest";
import { changesOf, placeOf } from "./patchWords";

it("a step's changes are told by what, where and the new value", () => {
  expect(
    changesOf([
      { op: "add", path: "/draft", value: { body: "" } },
      { op: "replace", path: "/draft/body", value: "Hi Ana" },
      { op: "remove", path: "/reply" },
      { op: "move", path: "/b", from: "/a" },
      { op: "test", path: "/a", value: 1 },
    ]),
  ).toEqual([
    { what: "added", where: "draft", value: '{\n  "body": ""\n}' },
    { what: "changed", where: "draft.body", value: "Hi Ana" },
    { what: "removed", where: "reply", value: null },
    { what: "moved", where: "b", value: null },
  ]);
});

it.each([
  ["", "payload"],
  ["/messages/0/user", "messages[0].user"],
  ["/chatml/-", "chatml[-]"],
  ["/a~1b/c~0d", "a/b.c~d"],
  ["/0", "0"],
])("the pointer %j is written %j", (pointer, expected) => {
  expect(placeOf(pointer)).toBe(expected);
});
