// The inbox of dead letters on a small server: what an operator does and sees.
import { act, fireEvent, render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { makeMe, makeUser } from "../testing/builders";
import { FakeServer } from "../testing/FakeServer";
import { putFour, putLetter } from "../testing/fourLetters";
import { makeGroup } from "../testing/letterBuilders";
import { App } from "./App";

let server: FakeServer;

beforeEach(() => {
  server = new FakeServer();
  server.users = [makeUser()];
  vi.stubGlobal("fetch", server.fetch);
  vi.stubGlobal("WebSocket", server.WebSocket);
});

afterEach(() => vi.unstubAllGlobals());

function open(path = "/dead-letters") {
  window.history.replaceState(null, "", path);
  render(<App />);
}

const group = (name: RegExp) => screen.findByRole("button", { name });

describe("the inbox", () => {
  it("opens on groups, and a group opens on its letters", async () => {
    putFour(server.letters);
    open();
    await userEvent.click(await group(/Show the letters: daisy · think, 3 letters/));
    const letters = await screen.findByRole("list", { name: "Letters of this group" });
    expect(within(letters).getAllByRole("listitem")).toHaveLength(3);
    expect(within(letters).getByText("3rd failure")).toBeInTheDocument();
    expect(screen.getByText("1 failed again")).toBeInTheDocument();
    expect(within(letters).getByRole("link", { name: "W-1" })).toHaveAttribute(
      "href",
      "/dead-letters/W-1",
    );
  });

  it("that is empty says how to see a failure; a filter without a match says so", async () => {
    open();
    expect(await screen.findByText("Nothing failed")).toBeInTheDocument();
    await userEvent.selectOptions(screen.getByLabelText("Reason"), "took too long");
    expect(await screen.findByText("Nothing matches")).toBeInTheDocument();
    expect(window.location.search).toContain("reason=timeout");
    await userEvent.click(screen.getByRole("button", { name: "Clear filter" }));
    expect(await screen.findByText("Nothing failed")).toBeInTheDocument();
    expect(window.location.search).toBe("");
  });

  it("takes its filter from the address, and exports alike", async () => {
    putFour(server.letters);
    open("/dead-letters?q=odd&status=open&colour=red");
    expect(await group(/echo · think, 1 letter/)).toBeInTheDocument();
    expect(screen.queryByRole("button", { name: /daisy/ })).toBeNull();
    expect(screen.getByLabelText("Text within")).toHaveValue("odd");
    expect(screen.getByRole("link", { name: "Export CSV" })).toHaveAttribute(
      "href",
      "/api/v1/dead-letters/export.csv?status=open&q=odd",
    );
  });

  it("keeps every filter in the address, and opens what is seldom used when it is", async () => {
    putFour(server.letters);
    open("/dead-letters?error_type=APIConnectionError&runner=nobody");
    await screen.findByText("Nothing matches");
    expect(screen.getByText("More filters (2 used)")).toBeInTheDocument();
    expect(screen.getByLabelText("Error")).toHaveValue("APIConnectionError");
    await userEvent.clear(screen.getByLabelText("Runner"));
    await waitFor(() => expect(window.location.search).toBe("?error_type=APIConnectionError"));
    await group(/daisy/);
    const since = screen.getByLabelText("Failed since");
    fireEvent.change(since, { target: { value: "2026-11-20T10:30" } });
    fireEvent.blur(since);
    await waitFor(() =>
      expect(new URLSearchParams(window.location.search).get("since")).toBe(
        new Date("2026-11-20T10:30").toISOString(),
      ),
    );
    expect(screen.getByLabelText("Failed since")).toHaveValue("2026-11-20T10:30");
  });

  it("does not look for what cannot be found, and says what can", async () => {
    putFour(server.letters);
    open();
    await group(/daisy/);
    await userEvent.type(screen.getByLabelText("Text within"), "od");
    expect(
      await screen.findByText("Three letters or digits in a row, or more."),
    ).toBeInTheDocument();
    expect(window.location.search).toBe("");
    await userEvent.type(screen.getByLabelText("Text within"), "d");
    await waitFor(() => expect(window.location.search).toBe("?q=odd"));
    expect(screen.queryByText(/Three letters/)).toBeNull();
  });

  it("shows as many pages as the address says", async () => {
    const asked: string[] = [];
    const { fetch } = server;
    vi.stubGlobal("fetch", async (url: string, init?: RequestInit) => {
      const { pathname, searchParams } = new URL(url, "http://here");
      if (!pathname.endsWith("/groups") || searchParams.get("limit") === "100") {
        return fetch(url, init);
      }
      const cursor = searchParams.get("cursor") ?? "1";
      asked.push(cursor);
      const items = [makeGroup({ fingerprint: `f-${cursor}`, bot: `bot-${cursor}` })];
      return Response.json({ items, next_cursor: String(Number(cursor) + 1) });
    });
    open("/dead-letters?pages=2");
    expect(await group(/bot-2/)).toBeInTheDocument();
    await userEvent.click(screen.getByRole("button", { name: "More" }));
    expect(await group(/bot-3/)).toBeInTheDocument();
    expect(window.location.search).toBe("?pages=3");
    expect(asked).toEqual(["1", "2", "3"]);
  });

  it("groups by what is chosen", async () => {
    putFour(server.letters);
    open();
    await group(/daisy/);
    await userEvent.selectOptions(screen.getByLabelText("Group by"), "bot");
    expect(window.location.search).toBe("?by=bot");
  });

  it("that could not be read says so, and reads again", async () => {
    server.before = (path) =>
      path.includes("groups") ? { status: 403, body: { detail: "Not now." } } : null;
    open();
    const failed = await screen.findByRole("alert");
    expect(failed).toHaveTextContent("Not now.");
    server.before = () => null;
    await userEvent.click(within(failed).getByRole("button", { name: "Try again" }));
    expect(await screen.findByText("Nothing failed")).toBeInTheDocument();
  });

  it("shows a new failure when the server speaks of it", async () => {
    open();
    await screen.findByText("Nothing failed");
    await waitFor(() => expect(server.sockets.at(-1)?.hellos).toHaveLength(1));
    putLetter(server.letters, { id: "l-1" });
    await act(async () =>
      server.push({
        type: "dead_letter.opened",
        letter: "l-1",
        fingerprint: "f-1",
        bot: "daisy",
        reference: "W-1",
        at: new Date().toISOString(),
      }),
    );
    expect(await group(/daisy · think, 1 letter/)).toBeInTheDocument();
  });

  it("counts in the navigation what is open, and counts again when the server speaks", async () => {
    putLetter(server.letters, { id: "l-1" });
    putLetter(server.letters, { id: "l-2", status: "replaying" });
    open("/");
    expect(await screen.findByRole("link", { name: "Dead letters 1 open" })).toBeInTheDocument();
    await waitFor(() => expect(server.sockets.at(-1)?.hellos).toHaveLength(1));
    putLetter(server.letters, { id: "l-3", bot: "echo", fingerprint: "f-2" });
    await act(async () =>
      server.push({
        type: "dead_letter.opened",
        letter: "l-3",
        fingerprint: "f-2",
        bot: "echo",
        reference: "W-3",
        at: new Date().toISOString(),
      }),
    );
    expect(await screen.findByRole("link", { name: "Dead letters 2 open" })).toBeInTheDocument();
  });

  it("says how old it is when it could not be read again", async () => {
    putFour(server.letters);
    open();
    await group(/daisy/);
    server.before = (path) =>
      path.includes("groups") ? { status: 503, body: { detail: "The database rests." } } : null;
    await waitFor(() => expect(server.sockets.at(-1)?.hellos).toHaveLength(1));
    await act(async () =>
      server.push({
        type: "dead_letter.opened",
        letter: "l-9",
        fingerprint: "f-9",
        bot: "daisy",
        reference: "W-9",
        at: new Date().toISOString(),
      }),
    );
    expect(
      await screen.findByText(/This is how it stood at .* The database rests\./),
    ).toBeVisible();
    expect(screen.getByRole("button", { name: /daisy/ })).toBeInTheDocument();
  });

  it("is for operators: others are told, and see no way to it", async () => {
    server.me = makeMe({ operator: false });
    open();
    expect(await screen.findByText("This page is for operators")).toBeInTheDocument();
    expect(screen.queryByRole("link", { name: "Dead letters" })).toBeNull();
    expect(server.calls.filter((call) => call.includes("dead-letters"))).toEqual([]);
  });
});
