import { describe, expect, it } from "vitest";
import { makeFault } from "../../../testing/botBuilders";
import { marksOf, offsetOf } from "./lintMarks";

const TEXT = 'name: daisy\nsteps:\n  - class: Drfat\n  - id: "🤖 x"\n';
const marked = (line: number, column: number) => {
  const [mark] = marksOf(TEXT, [makeFault({ line, column })]);
  return TEXT.slice(mark?.from, mark?.to);
};

describe("a mark", () => {
  it.each([
    [3, 12, "Drfat"],
    [1, 1, "name"],
    [4, 9, '"🤖 x"'],
    [4, 12, 'x"'], // after an emoji, which is one character to the server, two to the editor
    [2, 7, "\n"], // at the end of a line there is no word to mark
    [99, 1, ""],
  ])("at line %i, column %i covers %j", (line, column, covered) => {
    expect(marked(line, column)).toBe(covered);
  });

  it("never leaves the text", () => {
    expect(offsetOf("ab", 9, 9)).toBe(2);
    expect(offsetOf("ab", 0, 0)).toBe(0);
    expect(marksOf("", [makeFault()])).toMatchObject([{ from: 0, to: 0 }]);
  });

  it("of one place holds all that is said there, once", () => {
    const marks = marksOf(TEXT, [
      makeFault({ line: 3, column: 12, message: "b", hint: "" }),
      makeFault({ line: 1, column: 1, message: "a", hint: "type name" }),
      makeFault({ line: 3, column: 12, message: "c", hint: "" }),
      makeFault({ line: 3, column: 12, message: "c", hint: "" }),
    ]);
    expect(marks.map(({ message }) => message)).toEqual(["a (type name)", "b\nc"]);
  });
});
