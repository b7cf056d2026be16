import { describe, expect, it } from "vitest";
import { makeGroup, makeLetter } from "../../testing/letterBuilders";
import { filterOfGroup, isOf, titleOf } from "./groupFilter";

describe("a group's letters", () => {
  it.each([
    [{}, "f-1", { group: "f-1" }, true],
    [{ by: "bot" }, "daisy", { bot: "daisy" }, true],
    [{ by: "step" }, "think", { step: "think" }, true],
    [{ by: "runner" }, "runner-1@burrow", { runner: "runner-1@burrow" }, true],
    [{ by: "error" }, "APIConnectionError", { error_type: "APIConnectionError" }, true],
    [{ by: "bot" }, "", { bot: null }, false],
    [{ by: "error" }, "", { error_type: null }, false],
  ] as const)("of %j with the key %j are found by %j", (search, fingerprint, narrowed, exact) => {
    const found = filterOfGroup(search, makeGroup({ fingerprint }));
    expect(found.filter).toMatchObject(narrowed);
    expect(found.exact).toBe(exact);
  });

  it("that a filter finds too much for are told one by one", () => {
    const group = makeGroup({ fingerprint: "TimeoutError" });
    const other = makeLetter({ error_type: "ValueError", error_text: "no TimeoutError this" });
    expect(isOf({ by: "error" }, group, other)).toBe(false);
    expect(isOf({ by: "error" }, group, makeLetter({ error_type: "TimeoutError" }))).toBe(true);
    expect(isOf({ by: "bot" }, makeGroup({ fingerprint: "" }), makeLetter({ bot: null }))).toBe(
      true,
    );
    expect(isOf({ by: "bot" }, makeGroup({ fingerprint: "" }), makeLetter())).toBe(false);
  });
});

it("a group is called by its place, or by what its letters share", () => {
  expect(titleOf({}, makeGroup())).toBe("daisy · think");
  expect(titleOf({ by: "runner" }, makeGroup({ fingerprint: "runner-1@burrow" }))).toBe(
    "runner-1@burrow",
  );
  expect(titleOf({ by: "bot" }, makeGroup({ fingerprint: "" }))).toBe("without a name");
});
