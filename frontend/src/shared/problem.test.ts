import { describe, expect, it } from "vitest";
import { faultBeside, faultOf, Refused, Unreachable, wordsFor } from "./problem";

const refused = new Refused({
  type: "t",
  title: "Not valid",
  status: 422,
  detail: "Some fields need another value.",
  trace_id: "x",
  errors: [{ pointer: "/username", detail: "This name is taken." }],
});

describe("problems", () => {
  it("tell a fault at its field", () => {
    expect(faultOf(refused, "username")).toBe("This name is taken.");
    expect(faultOf(refused, "password")).toBeNull();
  });

  it("are told above the form only when no field tells them", () => {
    expect(faultBeside(refused, ["username"])).toBeNull();
    expect(faultBeside(refused, ["password"])).toBe("Some fields need another value.");
    expect(faultBeside(null, [])).toBeNull();
  });

  it("never show what was thrown", () => {
    expect(wordsFor(new Unreachable("ECONNREFUSED"))).not.toContain("ECONN");
    expect(wordsFor(new TypeError("x is undefined"))).not.toContain("undefined");
  });
});
