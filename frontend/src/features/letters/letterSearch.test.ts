import { describe, expect, it } from "vitest";
import { filterOf, inboxSearch, isNarrowed, letterSearch } from "./letterSearch";

describe("the address of the inbox", () => {
  it.each([
    ["nothing", {}, {}],
    [
      "what is known",
      { by: "bot", status: "open", reason: "timeout" },
      { by: "bot", status: "open", reason: "timeout" },
    ],
    ["no value that is not known", { by: "colour", status: "odd", reason: 3 }, {}],
    ["the usual grouping without a word", { by: "fingerprint" }, {}],
    ["a number as text", { q: 404 }, { q: "404" }],
    ["no object", { bot: { a: 1 }, q: null }, {}],
    ["no endless text", { q: "x".repeat(900) }, { q: "x".repeat(200) }],
  ])("takes %s", (_name, search, expected) => {
    expect(inboxSearch(search)).toEqual(expected);
  });

  it("asks for what is to be done unless it says otherwise", () => {
    expect(filterOf({}).status).toEqual(["open", "replaying"]);
    expect(filterOf({ status: "all" }).status).toEqual([]);
    expect(filterOf({ status: "dismissed" }).status).toEqual(["dismissed"]);
  });

  it("is narrowed by anything but the grouping", () => {
    expect(isNarrowed({ by: "bot" })).toBe(false);
    expect(isNarrowed({ q: "x" })).toBe(true);
  });

  it("of a letter may ask to edit, and for nothing else", () => {
    expect(letterSearch({ act: "edit" })).toEqual({ act: "edit" });
    expect(letterSearch({ act: "delete" })).toEqual({});
  });
});
