import { describe, expect, it } from "vitest";
import { checkJson } from "./jsonFaults";

const schema = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  type: "object",
  required: ["messages"],
  properties: {
    messages: { type: "array", items: { $ref: "#/$defs/Message" } },
    draft: { anyOf: [{ $ref: "#/$defs/Draft" }, { type: "null" }], default: null },
  },
  $defs: {
    Message: {
      type: "object",
      required: ["user", "body"],
      properties: { user: { type: "string" }, body: { type: "string" } },
    },
    Draft: { type: "object", required: ["body"], properties: { body: { type: "string" } } },
  },
};

const faultsOf = (content: string) =>
  checkJson(content, schema).faults.map(({ line, what }) => `${line}: ${what}`);

describe("a payload as JSON", () => {
  it("that is right has a value, with keys that the schema does not know", () => {
    const { value, faults } = checkJson('{"messages": [], "mood": 3}', schema);
    expect(faults).toEqual([]);
    expect(value).toEqual({ messages: [], mood: 3 });
  });

  it.each([
    ["a comma too much", '{\n  "messages": [],\n}', ["3: this is not JSON here"]],
    ["an end too soon", '{"messages": [', ["1: this is not JSON here"]],
    ["no object", "[1, 2]", ["1: must be an object: { … }"]],
    ["a key that is missing", '{\n"draft": null\n}', ["1: This lacks “messages”."]],
    [
      "a value of another type, at its own line",
      '{\n"messages": [\n{"user": "ana", "body": "a"},\n{"user": "ana",\n"body": 7}\n]}',
      ["5: “body” is number, must be string."],
    ],
    [
      "an entry without a key, at the entry",
      '{"messages": [\n{"user": "ana"}\n]}',
      ["2: Entry 1 lacks “body”."],
    ],
    [
      "a fault in what may also be null, once",
      '{"messages": [],\n"draft": {"body": 1}}',
      ["2: “body” is number, must be string."],
    ],
  ])("with %s says where", (_name, content, expected) => {
    expect(faultsOf(content)).toEqual(expected);
    expect(checkJson(content, schema).value).toBeNull();
  });

  it("without a schema is only asked for its grammar", () => {
    expect(checkJson('{"messages": 3}', null).value).toEqual({ messages: 3 });
  });
});
