import { expect, it } from "vitest";
import { makeLetterView, makePayload } from "../../../testing/letterBuilders";
import { givenTo } from "./givenTo";

const { messages } = makePayload();

it.each([
  ["the failed step", "think", makePayload()],
  ["a step before it", "format", { messages }],
  ["a step that it never reached", "reply", null],
  ["no step", null, null],
])("what was given to %s", (_name, step, given) => {
  expect(givenTo(makeLetterView(), step)).toEqual(given);
});

it("what the first step was given is known without its tries", () => {
  expect(givenTo(makeLetterView({ attempts: [] }), "format")).toEqual({ messages });
});
