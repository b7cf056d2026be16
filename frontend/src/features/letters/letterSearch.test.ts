import { describe, expect, it } from "vitest";
import {
  filterOf,
  inboxSearch,
  isFindable,
  isNarrowed,
  letterSearch,
  searchOf,
} from "./letterSearch";

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
    [
      "every filter of the routes",
      {
        group: "f-1",
        error_type: "KeyError",
        runner: "r",
        conversation: "0192a0b4-aaaa-7bbb-8ccc-123456789abc",
        since: "2026-11-23",
        until: "2026-11-24T10:00:00+01:00",
      },
      {
        group: "f-1",
        error_type: "KeyError",
        runner: "r",
        conversation: "0192a0b4-aaaa-7bbb-8ccc-123456789abc",
        since: "2026-11-23T00:00:00.000Z",
        until: "2026-11-24T09:00:00.000Z",
      },
    ],
    ["no odd time or id", { since: "soon", until: {}, conversation: "c'1" }, {}],
    ["a number of pages", { pages: 3 }, { pages: 3 }],
    ["no odd number of pages", { pages: "many" }, {}],
    ["no endless pages", { pages: 1e9 }, { pages: 20 }],
    ["one page without a word", { pages: 1 }, {}],
    ["no endless text", { q: "x".repeat(900) }, { q: "x".repeat(200) }],
  ])("takes %s", (_name, search, expected) => {
    expect(inboxSearch(search)).toEqual(expected);
  });

  it("asks for what is to be done unless it says otherwise", () => {
    expect(filterOf({}).status).toEqual(["open", "replaying"]);
    expect(filterOf({ status: "all" }).status).toEqual([]);
    expect(filterOf({ status: "dismissed" }).status).toEqual(["dismissed"]);
  });

  it("names every filter of the routes, so that none is lost on the way to the inbox", () => {
    const filter = filterOf(
      inboxSearch({
        status: "all",
        bot: "b",
        step: "s",
        group: "g",
        error_type: "E",
        reason: "lost",
        runner: "r",
        conversation: "0192a0b4-aaaa-7bbb-8ccc-123456789abc",
        since: "2026-11-23",
        until: "2026-11-24",
        q: "text",
      }),
    );
    expect(Object.entries(filter).filter(([, value]) => !value)).toEqual([]);
    expect(filterOf(searchOf(filter))).toEqual(filter);
  });

  it.each([
    ["", true],
    ["ab", false],
    ["a-b-c", false],
    ["W-1A2", true],
    ["größe", true],
  ])("knows whether %j can be looked for", (q, findable) => {
    expect(isFindable(q)).toBe(findable);
  });

  it("is narrowed by anything but the grouping and the pages", () => {
    expect(isNarrowed({ by: "bot", pages: 2 })).toBe(false);
    expect(isNarrowed({ q: "x" })).toBe(true);
  });

  it("of a letter may ask to edit, and for nothing else", () => {
    expect(letterSearch({ act: "edit" })).toEqual({ act: "edit" });
    expect(letterSearch({ act: "delete" })).toEqual({});
  });
});
