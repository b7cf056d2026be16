import { describe, expect, it } from "vitest";
import { checkBody } from "./checkBody";
import { isSendKey } from "./isSendKey";

describe("the length of a body", () => {
  it.each([
    ["nothing", "", false, 0],
    ["spaces", " \n ", false, 0],
    ["a word", "hi", true, 0],
    ["the limit", "x".repeat(16_000), true, 0],
    ["one too many", "x".repeat(16_001), false, 1],
    ["the limit in emoji, as the server counts", "📔".repeat(16_000), true, 0],
    ["an emoji too many", "📔".repeat(16_001), false, 1],
  ])("%s", (_name, body, sendable, over) => {
    expect(checkBody(body)).toMatchObject({ sendable, over });
  });

  it("is told near the limit and over it", () => {
    expect(checkBody("x".repeat(14_000)).note).toBeNull();
    expect(checkBody("x".repeat(15_990)).note).toBe("10 characters left");
    expect(checkBody("x".repeat(16_002)).note).toContain("16 000");
  });
});

describe("the key that sends", () => {
  it.each([
    ["Enter", { key: "Enter" }, true],
    ["Shift + Enter", { key: "Enter", shiftKey: true }, false],
    ["Ctrl + Enter", { key: "Enter", ctrlKey: true }, false],
    ["Enter that ends a composition", { key: "Enter", isComposing: true }, false],
    ["Enter that ends a composition in Safari", { key: "Enter", keyCode: 229 }, false],
    ["a letter", { key: "a" }, false],
  ])("%s", (_name, event, expected) => {
    expect(isSendKey(event as KeyboardEvent)).toBe(expected);
  });
});
