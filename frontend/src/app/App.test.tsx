// The whole client on a small server: what a person does and sees.
import { act, render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { created, makeBot, makeUser } from "../testing/builders";
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

describe("accounts", () => {
  it("who is not signed in is asked to, and comes to where they were going", async () => {
    server.signedIn = false;
    server.add({ id: "c-1" }, [{}]);
    window.history.replaceState(null, "", "/c/c-1");
    render(<App />);
    await userEvent.type(await screen.findByLabelText("Username"), "ana");
    await userEvent.type(screen.getByLabelText("Password"), "correct horse");
    await userEvent.click(screen.getByRole("button", { name: "Log in" }));
    await writer();
    expect(window.location.pathname).toBe("/c/c-1");
  });

  it("a refusal is told at its field", async () => {
    server.signedIn = false;
    server.before = (path) =>
      path === "POST /auth/signup"
        ? problem(409, "Not possible.", [{ pointer: "/username", detail: "This name is taken." }])
        : null;
    window.history.replaceState(null, "", "/signup");
    render(<App />);
    await userEvent.type(await screen.findByLabelText("Username"), "ana");
    await userEvent.type(screen.getByLabelText("Password"), "correct horse");
    await userEvent.click(screen.getByRole("button", { name: "Sign up" }));
    expect(await screen.findByText("This name is taken.")).toBeInTheDocument();
    expect(screen.getByLabelText("Username")).toHaveAccessibleDescription(/taken/);
    expect(screen.queryByText("Not possible.")).toBeNull();
  });

  it("a logout that the server did not do leaves one signed in, and can be tried again", async () => {
    localStorage.setItem("warren.kept.drafts.somebody.c-1", '"half a sentence"');
    server.before = (path) => (path === "POST /auth/logout" ? problem(503, "Busy.") : null);
    render(<App />);
    await userEvent.click(await screen.findByRole("button", { name: /^Account of/ }));
    await userEvent.click(await screen.findByRole("menuitem", { name: "Log out" }));
    expect(await screen.findByRole("alert")).toHaveTextContent("You are still signed in. Busy.");
    expect(screen.getByRole("navigation")).toBeInTheDocument();
    expect(localStorage.length).toBe(1);
    server.before = () => null;
    await userEvent.click(screen.getByRole("button", { name: "Log out: try again" }));
    expect(await screen.findByLabelText("Username")).toBeInTheDocument();
    expect(localStorage.length).toBe(0);
  });

  it("a logout without network leaves one signed in; one of a session that is gone is done", async () => {
    render(<App />);
    await userEvent.click(await screen.findByRole("button", { name: /^Account of/ }));
    server.reachable = false;
    await userEvent.click(await screen.findByRole("menuitem", { name: "Log out" }));
    expect(await screen.findByRole("alert")).toHaveTextContent("Warren did not answer");
    server.reachable = true;
    server.before = (path) => (path === "POST /auth/logout" ? problem(401, "Gone.") : null);
    await userEvent.click(screen.getByRole("button", { name: "Log out: try again" }));
    expect(await screen.findByLabelText("Username")).toBeInTheDocument();
  });
});

describe("the list", () => {
  it("names bots as bots, and a click starts a conversation with its greeting and starters", async () => {
    render(<App />);
    const bots = await screen.findByRole("region", { name: "Bots" });
    await userEvent.click(await within(bots).findByRole("button", { name: /Daisy\s*bot/ }));
    expect(await screen.findByText("Hi! What went well today?")).toBeInTheDocument();
    await userEvent.click(screen.getByRole("button", { name: "Hello" }));
    expect(await log().findByText("Hello")).toBeInTheDocument();
  });

  it("counts what is unread, and reading clears it", async () => {
    server.add({ id: "c-1", members: [makeUser(), makeUser({ username: "ben" })] }, [
      { author: "ben" },
    ]);
    render(<App />);
    const link = await screen.findByRole("link", { name: /Ben/ });
    await waitFor(() => expect(server.sockets.at(-1)?.hellos).toHaveLength(1));
    await push(created(2, { author: "ben", conversation_id: "c-1" }));
    expect(link).toHaveTextContent("1 unread message");
    await userEvent.click(link);
    await waitFor(() => expect(link).not.toHaveTextContent("unread"));
    await waitFor(() => expect(server.calls).toContain("POST /conversations/c-1/read"));
  });
});

describe("writing", () => {
  beforeEach(() => {
    server.add({ id: "c-1" }, [{ ...daisy, body: "Hi" }]);
  });

  it("shows a message at once and once only", async () => {
    await openAt("/c/c-1");
    let answer = () => {};
    const held = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const fetchNow = server.fetch;
    vi.stubGlobal("fetch", async (url: string, init: RequestInit) => {
      if (init.method === "POST" && String(url).endsWith("/messages")) await held;
      return fetchNow(url, init);
    });
    await userEvent.type(await writer(), "Good morning{Enter}");
    const bubble = log().getByText("Good morning").closest("article");
    expect(bubble).toHaveTextContent("Sending");
    expect(await writer()).toHaveValue("");
    await act(async () => answer());
    await waitFor(() =>
      expect(log().getByText("Good morning").closest("article")).toHaveTextContent("Sent"),
    );
    expect(log().getAllByText("Good morning")).toHaveLength(1);
  });

  it("keeps the text of a refused message, with Retry and Delete", async () => {
    await openAt("/c/c-1");
    server.before = (path) =>
      path.startsWith("POST") ? problem(422, "The text is not valid.") : null;
    await userEvent.type(await writer(), "odd{Enter}");
    expect(await screen.findByText(/The text is not valid/)).toBeInTheDocument();
    server.before = () => null;
    await userEvent.click(screen.getByRole("button", { name: "Retry" }));
    await waitFor(() =>
      expect(log().getByText("odd").closest("article")).toHaveTextContent("Sent"),
    );
  });

  it("keeps a draft while one is elsewhere", async () => {
    await openAt("/c/c-1");
    await userEvent.type(await writer(), "half a thought");
    await userEvent.click(screen.getByRole("link", { name: "Warren" }));
    const link = await screen.findByRole("link", { name: /Draft: half a thought/ });
    await userEvent.click(link);
    expect(await writer()).toHaveValue("half a thought");
  });
});

describe("the connection", () => {
  it("that is lost is told, and so is what was caught up", async () => {
    server.add({ id: "c-1" }, [{}]);
    await openAt("/c/c-1");
    server.reachable = false;
    await act(async () => server.sockets.at(-1)?.drop(1006));
    expect(await screen.findByText(/Connection lost/)).toBeInTheDocument();
    server.reachable = true;
    server.push(created(2, { author: "ben", conversation_id: "c-1", body: "while you were away" }));
    const tryNow = screen.queryByRole("button", { name: "Try now" });
    if (tryNow) await userEvent.click(tryNow);
    expect(await screen.findByText(/Caught up/)).toBeInTheDocument();
    expect(log().getAllByText("while you were away")).toHaveLength(1);
  });

  it("that has too many tabs stops and says what to do", async () => {
    server.add({ id: "c-1" }, [{}]);
    await openAt("/c/c-1");
    await act(async () => server.sockets.at(-1)?.drop(4409));
    expect(await screen.findByText(/open in too many tabs/)).toBeInTheDocument();
    expect(screen.getByRole("button", { name: "Connect again" })).toBeInTheDocument();
  });

  it("whose session is gone asks for a login", async () => {
    server.add({ id: "c-1" }, [{}]);
    await openAt("/c/c-1");
    server.signedIn = false;
    await act(async () => server.sockets.at(-1)?.drop(4401));
    expect(await screen.findByRole("button", { name: "Log in" })).toBeInTheDocument();
  });
});

describe("what cannot be read", () => {
  it("a conversation of others says so and gives a way on", async () => {
    window.history.replaceState(null, "", "/c/not-mine");
    render(<App />);
    expect(await screen.findByText(/There is no such conversation/)).toBeInTheDocument();
    expect(screen.getByRole("button", { name: "Try again" })).toBeInTheDocument();
  });
});
