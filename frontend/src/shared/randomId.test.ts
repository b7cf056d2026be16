import { expect, it, vi } from "vitest";
import { randomId } from "./randomId";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

it("is a UUID, on plain http too, where crypto.randomUUID is absent", () => {
  expect(randomId()).toMatch(UUID);
  vi.stubGlobal("crypto", { getRandomValues: (bytes: Uint8Array) => bytes.fill(255) });
  expect(randomId()).toMatch(UUID);
  vi.unstubAllGlobals();
});
