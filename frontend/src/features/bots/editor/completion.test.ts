import { describe, expect, it } from "vitest";
import schema from "../../../botSchema.gen.json";
import { makeKind } from "../../../testing/botBuilders";
import { type Schema, suggest } from "./completion";

const kinds = [
  makeKind("Draft"),
  makeKind("Gpt", {
    doc: "Asks the model.",
    config_schema: {
      properties: {
        max_tokens: { type: "integer", description: "The longest answer.", default: 800 },
        response_format: { anyOf: [{ enum: ["text", "json"] }, { type: "null" }] },
        stream: { type: "boolean" },
      },
    },
  }),
];

/** Suggest where ¦ stands. */
function at(marked: string) {
  const offset = marked.indexOf("¦");
  return suggest(marked.replace("¦", ""), offset, schema as Schema, kinds);
}
const labels = (marked: string) => at(marked)?.options.map(({ label }) => label) ?? [];

describe("what may be written", () => {
  it.each([
    ["at the top, what must be there comes first", "¦", ["name", "steps"]],
    ["at the top, what stands already is left out", "name: a\nsteps:\n¦", ["persona", "on"]],
    ["in an object", "name: a\npersona:\n  ¦", ["display_name", "avatar"]],
    [
      "in an object, between others",
      "persona:\n  avatar: x\n  p¦\n  owner: me\n",
      ["display_name", "purpose"],
    ],
    ["at a new step", "steps:\n  - ¦", ["class", "id"]],
    ["at a new step that is not indented", "steps:\n- ¦", ["class", "id"]],
    ["in a step", "steps:\n  - class: Gpt\n    ¦", ["id", "config"]],
    ["in a step's policy", "steps:\n  - class: Gpt\n    retry:\n      ¦", ["attempts"]],
    ["in a class's config", "steps:\n  - class: Gpt\n    config:\n      ¦", ["max_tokens"]],
    [
      "in a config whose class stands below",
      "steps:\n  - config:\n      ¦\n    class: Gpt\n",
      ["max_tokens"],
    ],
    ["in a config on one line", "steps:\n  - class: Gpt\n    config: {¦", ["max_tokens"]],
    [
      "in a config on one line, the next",
      "steps:\n  - class: Gpt\n    config: {max_tokens: 2, ¦",
      ["response_format", "stream"],
    ],
    [
      "of the class's values",
      "steps:\n  - class: Gpt\n    config:\n      response_format: ¦",
      ["text", "json"],
    ],
    ["of true and false", "steps:\n  - class: Gpt\n    config: {stream: ¦", ["true", "false"]],
    ["of a class", "steps:\n  - class: ¦", ["Draft", "Gpt"]],
    ["of a class after an id", "steps:\n  - id: think\n    class: G¦", ["Draft", "Gpt"]],
    ["of a few words", "reply: ¦", ["auto", "draft"]],
    ["of a case's keys", "tests:\n  - name: x\n    ¦", ["given", "expect"]],
    [
      "after a long text",
      "steps:\n  - class: Gpt\n    config:\n      before: |-\n        Hi: you\n        - x: y\n    ¦",
      ["id", "timeout_seconds"],
    ],
  ])("%s", (_name, marked, expected) => {
    expect(labels(marked)).toEqual(expect.arrayContaining(expected));
  });

  it("is each key once", () => {
    expect(labels("name: a\nsteps:\n¦")).not.toContain("name");
    expect(labels("steps:\n  - class: Gpt\n    ¦")).not.toContain("class");
    expect(labels("persona:\n  ¦\n  owner: me\n")).not.toContain("owner");
    expect(labels("steps:\n  - class: Gpt\n    config: {max_tokens: 2, ¦")).not.toContain(
      "max_tokens",
    );
  });

  it.each([
    ["in a comment", "name: a # re¦"],
    ["in a long text", "persona:\n  greeting: |-\n    Hello\n    na¦"],
    ["in a config of a class that nobody knows", "steps:\n  - class: Odd\n    config:\n      ¦"],
    ["in a config without a class", "steps:\n  - config:\n      ¦"],
    ["under a key that does not exist", "colour:\n  ¦"],
    ["in a value of a key that nobody knows", "persona:\n  colour: he¦"],
  ])("is nothing %s", (_name, marked) => {
    expect(at(marked)).toBeNull();
  });

  it("is written as YAML reads it", () => {
    const applied = at("persona:\n  avatar: ¦")?.options.map(({ apply }) => apply);
    expect(applied).toEqual(['"📔"']);
    expect(at("reply: ¦")?.options.map(({ apply }) => apply)).toEqual(["auto", "draft"]);
  });

  it("begins at the word, says its type and explains it", () => {
    const found = at("steps:\n  - class: Gpt\n    config:\n      max¦");
    expect(found?.from).toBe("steps:\n  - class: Gpt\n    config:\n      ".length);
    expect(found?.options[0]).toEqual({
      label: "max_tokens",
      apply: "max_tokens: ",
      detail: "whole number",
      explains: "The longest answer. Default: 800.",
    });
    expect(at("steps:\n  - class: ¦")?.options[1]).toMatchObject({ explains: "Asks the model." });
  });
});
