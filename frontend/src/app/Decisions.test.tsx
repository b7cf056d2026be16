// What waits for a person on a small server: decided once, by its exact words, never by Enter alone.
import { act, fireEvent, render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { DraftView, QuestionView } from "../contracts.gen";
import { makeBot, makeTurn, makeUser } from "../testing/builders";
import { type Answer, FakeServer, problem } from "../testing/FakeServer";
import { App } from "./App";

const AT = "2026-11-20T10:00:00Z";
const shared = {
  status: "waiting" as const,
  conversation_title: "Daisy",
  turn_id: "t-1",
  bot: "daisy",
  revision: "r-1",
  asked: "an operator",
  mine: true,
  question: null,
  created_at: AT,
  decided_by: null,
  decided_at: null,
};

const WAIT = { timeout: 4_000, interval: 500 }; // over the moment for which changes are gathered

let server: FakeServer;
let place: string;
let drafts: DraftView[];
let questions: QuestionView[];
let asked: [string, Record<string, unknown>][];

function makeDraft(change: Partial<DraftView> = {}): DraftView {
  return {
    ...shared,
    id: "d-1",
    kind: "reply",
    conversation_id: place,
    step: "reply",
    body: "Dear Ana",
    metadata: {},
    to: [],
    decided_body: null,
    reason: "",
    ...change,
  };
}

function route(path: string, body: Record<string, unknown>): Answer | null {
  if (path === "GET /drafts") return { status: 200, body: { items: drafts, next_cursor: null } };
  if (path === "GET /questions")
    return { status: 200, body: { items: questions, next_cursor: null } };
  if (!/^POST \/(drafts|questions)\//.test(path)) return null;
  asked.push([path, body]);
  drafts = [];
  questions = [];
  return { status: 200, body: {} };
}

beforeEach(() => {
  server = new FakeServer();
  server.users = [makeUser(), makeBot()];
  place = server.add({ id: "c-1" }, [{ body: "hello" }]);
  [drafts, questions, asked] = [[], [], []];
  server.before = route;
  vi.stubGlobal("fetch", server.fetch);
  vi.stubGlobal("WebSocket", server.WebSocket);
});

afterEach(() => vi.unstubAllGlobals());

function open(at: string) {
  window.history.replaceState(null, "", at);
  return render(<App />);
}

const card = (name: string) => screen.findByRole("article", { name });

it("shows how much waits, and nothing where nothing does", async () => {
  drafts = [makeDraft()];
  open("/decisions");
  expect(await screen.findByRole("link", { name: /Waiting for you.*1 to decide/ })).toBeVisible();
  await userEvent.click(
    within(await card("daisy wants to say")).getByRole("button", { name: /Approve/ }),
  );
  expect(await screen.findByText(/Nothing waits for you/)).toBeInTheDocument();
  expect(asked).toEqual([["POST /drafts/d-1/approve", {}]]);
});

it("approves by a chord and never by Enter alone", async () => {
  drafts = [makeDraft()];
  open("/decisions");
  const shown = await card("daisy wants to say");
  fireEvent.keyDown(shown, { key: "Enter" });
  expect(asked).toEqual([]);
  fireEvent.keyDown(shown, { key: "Enter", ctrlKey: true, altKey: true });
  expect(await screen.findByText(/Nothing waits for you/)).toBeInTheDocument();
  expect(asked).toEqual([["POST /drafts/d-1/approve", {}]]);
});

it("sends other words only as they were written, and rejects only with a reason", async () => {
  drafts = [makeDraft()];
  open("/decisions");
  const shown = await card("daisy wants to say");
  await userEvent.click(within(shown).getByRole("button", { name: "Reject" }));
  expect(within(shown).getByRole("button", { name: "Reject" })).toBeDisabled();
  await userEvent.click(within(shown).getByRole("button", { name: "Back" }));
  await userEvent.click(within(shown).getByRole("button", { name: "Edit, then approve" }));
  const field = within(shown).getByRole("textbox", { name: "The text that is sent" });
  await userEvent.clear(field);
  await userEvent.type(field, "Dearest Ana");
  await userEvent.click(within(shown).getByRole("button", { name: "Send this" }));
  await screen.findByText(/Nothing waits for you/);
  expect(asked).toEqual([["POST /drafts/d-1/approve", { body: "Dearest Ana" }]]);
});

it("says in the server's words who was first", async () => {
  drafts = [makeDraft()];
  server.before = (path, body) => {
    if (!path.startsWith("POST /drafts/")) return route(path, body);
    drafts = []; // it is not there any more when it is read again
    return problem(409, "Nothing was changed. Ana approved this at 14:03.");
  };
  open("/decisions");
  const shown = await card("daisy wants to say");
  await userEvent.click(within(shown).getByRole("button", { name: /Approve/ }));
  await screen.findByText(/Nothing waits for you/);
  expect(screen.getByText(/Ana approved this at 14:03\./)).toBeInTheDocument();
});

it("fills in a form, and says what is missing", async () => {
  questions = [
    {
      ...shared,
      id: "q-1",
      kind: "question",
      conversation_id: place,
      step: "ask",
      text: "How many days?",
      form: {
        properties: { days: { type: "integer", title: "Days" } },
        required: ["days"],
      },
      answer: null,
    },
  ];
  open("/decisions");
  const shown = await card("daisy asks");
  await userEvent.click(within(shown).getByRole("button", { name: "Answer" }));
  expect(within(shown).getByRole("alert")).toHaveTextContent("Fill this in.");
  await userEvent.type(within(shown).getByRole("textbox", { name: /Days/ }), "3");
  await userEvent.click(within(shown).getByRole("button", { name: "Answer" }));
  await screen.findByText(/Nothing waits for you/);
  expect(asked).toEqual([["POST /questions/q-1/answer", { answer: { days: 3 } }]]);
});

it("says in the chat whom a bot waits for, and offers it to who decides", async () => {
  server.add({ id: "c-1", turns: [makeTurn({ state: "waiting", waiting_for: "Ben" })] }, [
    { body: "hello" },
  ]);
  open("/c/c-1");
  expect(await screen.findByText(/waits for Ben/)).toBeInTheDocument();
  expect(screen.queryByRole("article", { name: "daisy wants to say" })).toBeNull();
  drafts = [makeDraft()];
  await waitFor(() => expect(server.sockets.length).toBeGreaterThan(0));
  await waitFor(() => {
    act(() => server.push({ type: "decision.wanted", decision: "d-1", at: AT }));
    expect(screen.getByRole("article", { name: "daisy wants to say" })).toHaveTextContent("Dear");
  }, WAIT);
});
