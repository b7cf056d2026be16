import { expect, it } from "vitest";
import { bytesOf, hexLines, textOf } from "./rawWords";

it("shows bytes as hex beside their text", () => {
  expect(hexLines(bytesOf(btoa('{"a":\x01')))).toBe(
    `000000  7b 22 61 22 3a 01 ${" ".repeat(30)} {"a":.`,
  );
});

it("goes on in a second line, and says what is left out", () => {
  const lines = hexLines(new Uint8Array(5000)).split("\n");
  expect(lines[1]?.startsWith("000010  00")).toBe(true);
  expect(lines.at(-1)).toBe("… 904 more");
});

it("marks what is no text", () => {
  expect(textOf(new Uint8Array([72, 105, 0xff]))).toBe("Hi\ufffd");
});

it("takes what is no base64 as it is", () => {
  expect(textOf(bytesOf("not base64!"))).toBe("not base64!");
});
