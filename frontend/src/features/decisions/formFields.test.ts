import { expect, test } from "vitest";
import { answerOf, fieldsOf } from "./formFields";

const schema = {
  type: "object",
  properties: {
    days: { type: "integer", title: "Days" },
    when: { type: "string", enum: ["morning", "evening"] },
    note: { type: "string" },
    sure: { type: "boolean" },
  },
  required: ["days", "when"],
};
const fields = fieldsOf(schema);

test("the form's fields stand in their order, with what they may be", () => {
  expect(fields.map(({ name, label, type, required }) => [name, label, type, required])).toEqual([
    ["days", "Days", "integer", true],
    ["when", "when", "choice", true],
    ["note", "note", "text", false],
    ["sure", "sure", "boolean", false],
  ]);
});

test.each([
  [{ days: "3", when: "evening" }, { days: 3, when: "evening", sure: false }, []],
  [{ days: "3.5", when: "evening" }, { when: "evening", sure: false }, ["days"]],
  [{ days: "", sure: "yes", note: " hi " }, { note: "hi", sure: true }, ["days", "when"]],
])("%o is answered as %o, lacking %o", (given, answer, faults) => {
  expect(answerOf(fields, given)).toEqual({ answer, faults });
});
