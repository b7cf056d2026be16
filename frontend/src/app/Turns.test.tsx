// Turns of bots on a small server: what a person sees of them and does about them.
import { act, render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import {
  created,
  delta,
  ended,
  failed,
  makeBot,
  makeUser,
  progress,
  started,
} from "../testing/builders";
import { FakeServer, problem } from "../testing/FakeServer";
import { App } from "./App";

let server: FakeServer;

beforeEach(() => {
  server = new FakeServer();
  server.users = [makeUser(), makeUser({ username: "ben" }), makeBot()];
  vi.stubGlobal("fetch", server.fetch);
  vi.stubGlobal("WebSocket", server.WebSocket);
  window.history.replaceState(null, "", "/");
});

afterEach(() => vi.unstubAllGlobals());

const daisy = { author: "daisy", author_kind: "bot" as const };
const push = (...frames: Parameters<FakeServer["push"]>[0][]) =>
  act(async () => {
    for (const frame of frames) server.push(frame);
  });
const writer = () => screen.findByRole("textbox", { name: /^Message to/ });
const log = () => within(screen.getByRole("log"));

async function openAt(path: string) {
  window.history.replaceState(null, "", path);
  render(<App />);
  await writer();
  await screen.findByRole("log");
  await waitFor(() => expect(server.sockets.at(-1)?.hellos).toHaveLength(1));
}

describe("a turn", () => {
  beforeEach(async () => {
    server.add({ id: "c-1" }, [{ body: "A question" }]);
    await openAt("/c/c-1");
  });

  it("shows its step and its text, and gives way to the message", async () => {
    const at = { conversation: "c-1" };
    await push(started(2, at), progress({ ...at, position: 2 }), delta(0, "Once upon", at));
    expect(screen.getByText(/Daisy · step 2 of 2 · thinking/)).toBeInTheDocument();
    expect(screen.getByText("Once upon").closest("[role=log]")).toBeNull();
    await push(created(3, { ...daisy, body: "Once upon a time", turn_id: "t-1" }), ended(4, at));
    expect(log().getByText("Once upon a time")).toBeInTheDocument();
    expect(screen.queryByText("Once upon")).toBeNull();
    expect(screen.queryByText(/step 2 of 2/)).toBeNull();
  });

  it("that fails says so calmly, with a reference to copy", async () => {
    await push(started(2), failed(3));
    const card = screen.getByRole("region", { name: /^Daisy could not answer yet/ });
    expect(card).toHaveTextContent("Your message is kept safe");
    await userEvent.click(within(card).getByRole("button", { name: "Copy reference" }));
    expect(await navigator.clipboard.readText()).toBe("W-4F2A");
  });

  it("that failed is tried again in its card, and its late answer quotes the question", async () => {
    await push(started(2, { answers: ["c-1-1"] }), failed(3), created(4, { body: "Another" }));
    const card = screen.getByRole("region", { name: /^Daisy could not answer yet/ });
    await userEvent.click(within(card).getByRole("button", { name: "Try again" }));
    expect(server.calls).toContain("POST /turns/t-1/retry");
    expect(within(card).getByRole("button", { name: "Trying…" })).toBeDisabled();
    await push(started(5, { run: 2, answers: ["c-1-1"] }), progress({ run: 2, position: 2 }));
    expect(card).toHaveAccessibleName(/^Daisy tries again/);
    expect(card).toHaveTextContent("step 2 of 2");
    expect(screen.getAllByText(/step 2 of 2/)).toHaveLength(1);
    const answer = { ...daisy, turn_id: "t-1", in_reply_to: "c-1-1", body: "At last" };
    await push(
      created(6, { ...answer, late_seconds: 7200, by_hand: "ana" }),
      ended(7, { run: 2, end: "answered" }),
    );
    const late = log().getByText("At last").closest("article");
    expect(late).toHaveTextContent("A question");
    expect(late).toHaveTextContent("answered after 2 h");
    expect(late).toHaveTextContent("by Ana, in Daisy's place");
    expect(screen.queryByRole("region", { name: /Daisy/ })).toBeNull();
  });

  it("that cannot be tried again says who was first, and offers it once more", async () => {
    server.before = (path) =>
      path.startsWith("POST /turns") ? problem(409, "Ben replayed this at 14:03 UTC.") : null;
    await push(started(2), failed(3));
    await userEvent.click(screen.getByRole("button", { name: "Try again" }));
    expect(await screen.findByRole("alert")).toHaveTextContent("Ben replayed this at 14:03 UTC.");
    expect(screen.getByRole("button", { name: "Try again" })).toBeEnabled();
    server.before = () => null;
    await userEvent.click(screen.getByRole("button", { name: "Cancel" }));
    expect(server.calls).toContain("POST /turns/t-1/cancel");
    await push(ended(4, { end: "dismissed" }));
    expect(log().getByText(/an operator closed it/)).toBeInTheDocument();
  });

  it("that failed opens its dead letter, for operators only", async () => {
    await push(started(2), failed(3));
    expect(screen.getByRole("link", { name: "Open dead letter" })).toHaveAttribute(
      "href",
      "/dead-letters/W-4F2A",
    );
  });

  it("is stopped by the button, and by Escape", async () => {
    await push(started(2));
    await userEvent.click(screen.getByRole("button", { name: /^Stop Daisy/ }));
    expect(server.calls).toContain("POST /turns/t-1/cancel");
    expect(screen.getByText(/Stopping/)).toBeInTheDocument();
    await push(ended(3, { end: "cancelled" }), started(4, { turn_id: "t-2" }));
    expect(log().getByText(/Daisy was stopped/)).toBeInTheDocument();
    await userEvent.type(await writer(), "{Escape}");
    expect(server.calls).toContain("POST /turns/t-2/cancel");
  });

  it("says that newer questions are answered next", async () => {
    await push(started(2, { answers: ["c-1-1"] }));
    await userEvent.type(await writer(), "And this?{Enter}");
    expect(await screen.findByText("Daisy answers your newest message next")).toBeInTheDocument();
  });
});
