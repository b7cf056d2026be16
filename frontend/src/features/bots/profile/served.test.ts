import { describe, expect, it } from "vitest";
import { makeFault, makeStep } from "../../../testing/botBuilders";
import { caretUnder } from "./caretUnder";
import { graphOf } from "./graphOf";
import { messagesWait, runnersWords, servedSteps, waitingWords } from "./served";

const runner = (kinds: readonly string[], ready = true) => ({
  runner: "r",
  host: "h",
  kinds: [...kinds],
  busy: 0,
  ready,
  started_at: "",
  seen_at: "",
});
const steps = [makeStep("Draft"), makeStep("Gpt", { id: "think" }), makeStep("Reply")];

describe("a step", () => {
  it.each([
    [
      "two serve all",
      [runner(["draft", "gpt", "reply"]), runner(["gpt", "draft", "reply"])],
      [2, 2, 2],
    ],
    ["one serves no model", [runner(["draft", "reply"])], [1, 0, 1]],
    ["the only one is not ready", [runner(["draft", "gpt", "reply"], false)], [0, 0, 0]],
    ["nobody could be asked", undefined, [null, null, null]],
  ] as const)("counts its runners: %s", (_name, runners, expected) => {
    const served = servedSteps(steps, runners);
    expect(served.map((one) => one.runners)).toEqual(expected);
    expect(messagesWait(served)).toBe(expected.some((n) => n === 0));
  });

  it("says who serves it", () => {
    expect(runnersWords(1)).toBe("1 runner");
    expect(runnersWords(0)).toBe("nobody serves it: messages will wait");
    expect(runnersWords(null)).toBe("runners unknown");
  });
});

it("the graph leads from the message through each step to the answer, and to who is asked", () => {
  const asking = [makeStep("Draft"), makeStep("Delegate", { delegates: "atlas" })];
  const { nodes, edges } = graphOf(servedSteps(asking, []));
  expect(edges.map(({ source, target }) => `${source} > ${target}`)).toEqual([
    "message > step draft",
    "step draft > step delegate",
    "step delegate > asked 1",
    "step delegate > reply",
  ]);
  expect(nodes.find(({ id }) => id === "asked 1")?.data).toEqual({ label: "@atlas" });
});

it.each([
  ["  - class: Drfat", 12, "           ^"],
  ["\tname: x", 2, "\t^"],
  ['a: "🤖"x', 7, "      ^"],
  ["", 1, "^"],
])("a caret stands under column %#", (source_line, column, expected) => {
  expect(caretUnder(makeFault({ source_line, column }))).toBe(expected);
});

describe("the queue of a step", () => {
  it.each([
    [null, ""],
    [0, ""],
    [1, "1 waits in its queue"],
    [12, "12 wait in its queue"],
  ])("of %s is told as %s", (waiting, words) => {
    expect(waitingWords(waiting)).toBe(words);
  });
});
