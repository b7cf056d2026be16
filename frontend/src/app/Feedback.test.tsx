// Thumbs, corrections, takeover, the ledger and memories on a small server.
import { render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { makeBot, makeMessage, makeUser } from "../testing/builders";
import { type Answer, FakeServer, problem } from "../testing/FakeServer";
import { App } from "./App";

const AT = "2026-11-20T10:00:00Z";

let server: FakeServer;
let asked: [string, Record<string, unknown>][];
let answers: Record<string, unknown>;

beforeEach(() => {
  server = new FakeServer();
  server.users = [makeUser(), makeBot()];
  asked = [];
  answers = {};
  server.before = (path, body): Answer | null => {
    if (path in answers) {
      if (!path.startsWith("GET")) asked.push([path, body]);
      const answer = answers[path];
      return typeof answer === "string" ? problem(409, answer) : { status: 200, body: answer };
    }
    return null;
  };
  vi.stubGlobal("fetch", server.fetch);
  vi.stubGlobal("WebSocket", server.WebSocket);
});

afterEach(() => vi.unstubAllGlobals());

function open(at: string) {
  window.history.replaceState(null, "", at);
  return render(<App />);
}

const click = async (name: string | RegExp) =>
  userEvent.click(await screen.findByRole("button", { name }));

function answered(change: Parameters<typeof makeMessage>[0] = {}) {
  server.add({ id: "c-1" }, [
    { body: "hello" },
    { id: "m-2", author: "daisy", author_kind: "bot", body: "Hi Ana", turn_id: "t-1", ...change },
  ]);
}

it("takes a thumb for an answer, and takes it back", async () => {
  answered();
  answers["PUT /messages/m-2/feedback"] = {};
  open("/c/c-1");
  await click("Good answer");
  await waitFor(() => expect(asked).toHaveLength(1));
  expect(asked[0]).toEqual(["PUT /messages/m-2/feedback", { thumb: "up", reason: "" }]);
});

it("sends a correction with what was changed", async () => {
  answered();
  answers["POST /messages/m-2/correction"] = makeMessage();
  open("/c/c-1");
  await click("Correct this answer");
  const field = await screen.findByRole("textbox", { name: "What it should have said" });
  expect(screen.getByRole("button", { name: "Save the correction" })).toBeDisabled();
  await userEvent.clear(field);
  await userEvent.type(field, "Hello Ana");
  await click("Save the correction");
  await waitFor(() =>
    expect(asked).toEqual([["POST /messages/m-2/correction", { body: "Hello Ana", reason: "" }]]),
  );
});

it("says who approved and who corrected, and shows the original", async () => {
  answered({ approved_by: "ben", corrected_by: "cara", original: "Hu Ana" });
  open("/c/c-1");
  expect(await screen.findByText("approved by ben")).toBeInTheDocument();
  expect(screen.getByText("corrected by cara")).toBeInTheDocument();
  expect(screen.queryByText("Hu Ana")).toBeNull();
  await click("show the original");
  expect(screen.getByText("Hu Ana")).toBeInTheDocument();
});

it("acts on a command instead of sending it, and says why it was refused", async () => {
  answered();
  answers["POST /conversations/c-1/takeover"] = "Ben has taken this conversation over.";
  open("/c/c-1");
  const field = await screen.findByRole("textbox", { name: /^Message to/ });
  await userEvent.type(field, "/take 15{Enter}");
  expect(await screen.findByText(/Ben has taken this conversation over/)).toBeInTheDocument();
  expect(asked.map(([path, { minutes }]) => [path, minutes])).toEqual([
    ["POST /conversations/c-1/takeover", 15],
  ]);
  expect(server.calls).not.toContain("POST /conversations/c-1/messages");
});

it("tells everybody who has taken over, and lets them release it", async () => {
  const until = new Date(Date.now() + 3_600_000).toISOString();
  // biome-ignore lint/suspicious/noThenProperty: the contract's word
  const takeover = { by: "ben", by_name: "Ben", since: AT, until, then: "release" as const };
  server.add({ id: "c-1", takeover }, [{ body: "hello" }]);
  answers["POST /conversations/c-1/release"] = {};
  open("/c/c-1");
  expect(await screen.findByText(/Ben has taken over until/)).toBeInTheDocument();
  await click("Release");
  await waitFor(() => expect(asked).toHaveLength(1));
});

it("makes a test of an entry by one click", async () => {
  const page = (items: unknown[]) => ({ items, next_cursor: null });
  answers["GET /ledger"] = page([]);
  answers["GET /ledger/entries"] = page([
    {
      id: 7,
      kind: "correction",
      at: AT,
      bot: "daisy",
      step: "",
      revision: "r-1",
      turn_id: "t-1",
      message_id: "m-2",
      by: "ana",
      expected: "Hello Ana",
      actual: "Hi Ana",
      distance: 0.25,
      reason: "",
      case: false,
    },
  ]);
  answers["GET /ledger/entries/7/case"] = { bot: "daisy", case: { name: "x" }, yaml: "- name: x" };
  answers["POST /bots/daisy/cases"] = {};
  open("/ledger");
  await click("Make a test of it");
  expect(await screen.findByText(/A test of it stands in the file of daisy/)).toBeInTheDocument();
  expect(asked).toEqual([["POST /bots/daisy/cases", { case: { name: "x" } }]]);
});

it("shows what bots remember, and forgets it", async () => {
  answers["GET /memories"] = {
    items: [{ id: "x-1", bot: "memo", text: "likes tea", turn_id: null, at: AT }],
    next_cursor: null,
  };
  answers["DELETE /memories/x-1"] = {};
  answers["DELETE /memories"] = {};
  open("/memories");
  const memo = await screen.findByRole("region", { name: "@memo" });
  await userEvent.click(within(memo).getByRole("button", { name: /Forget this: likes tea/ }));
  await userEvent.click(within(memo).getByRole("button", { name: /Forget all that memo/ }));
  await userEvent.click(within(memo).getByRole("button", { name: /Sure/ }));
  await waitFor(() =>
    expect(asked.map(([path]) => path)).toEqual(["DELETE /memories/x-1", "DELETE /memories"]),
  );
});
