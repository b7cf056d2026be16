import { expect, it } from "vitest";
import { CLOSE_CODE } from "../../../contracts.gen";
import { afterClose, waitBefore } from "./closeDecision";

it.each([
  [1001, "retry"],
  [1006, "retry"],
  [1012, "retry"],
  [1013, "retry"],
  [4408, "retry"],
  [4410, "retry"],
  [4429, "retry"],
  [1000, "retry"],
  [1011, "retry"],
  [1009, "stop"],
  [4400, "stop"],
  [4401, "log-in"],
  [4403, "stop"],
  [4409, "stop"],
])("code %i: %s", (code, expected) => {
  expect(afterClose(code)).toBe(expected);
});

it("knows every code of the contract", () => {
  const retried = [1001, 1012, 1013, 4408, 4410, 4429];
  for (const code of Object.values(CLOSE_CODE)) {
    expect(afterClose(code) === "retry").toBe(retried.includes(code));
  }
});

it.each([
  [1, 0, 0],
  [1, 1, 500],
  [2, 1, 1000],
  [3, 0.5, 1000],
  [7, 1, 30_000],
  [60, 1, 30_000],
])("before try %i with chance %f waits %i ms", (attempt, chance, expected) => {
  expect(waitBefore(attempt, () => chance)).toBe(expected);
});
