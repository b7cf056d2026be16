// The inbox of dead letters on a small server: what an operator does and sees.
import { act, fireEvent, render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { makeMe, makeUser } from "../testing/builders";
import { FakeServer } from "../testing/FakeServer";
import { makeGroup, makeJob, makeLetter, makeLetterView } from "../testing/letterBuilders";
import { App } from "./App";

let server: FakeServer;

beforeEach(() => {
  server = new FakeServer();
  server.users = [makeUser()];
  vi.stubGlobal("fetch", server.fetch);
  vi.stubGlobal("WebSocket", server.WebSocket);
});

afterEach(() => vi.unstubAllGlobals());

function put(change: Parameters<typeof makeLetter>[0]) {
  server.letters.add(makeLetterView({ letter: makeLetter(change) }));
}

/** Three of one failure, one of another bot. */
function putFour() {
  put({ id: "l-1", reference: "W-1" });
  put({ id: "l-2", reference: "W-2", failures: 3 });
  put({ id: "l-3", reference: "W-3" });
  put({ id: "l-4", reference: "W-4", bot: "echo", fingerprint: "f-2", error_text: "odd" });
}

function open(path = "/dead-letters") {
  window.history.replaceState(null, "", path);
  render(<App />);
}

const group = (name: RegExp) => screen.findByRole("button", { name });
const lastAsked = () => server.letters.asked.at(-1);

describe("the inbox", () => {
  it("opens on groups, and a group opens on its letters", async () => {
    putFour();
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
    putFour();
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
    putFour();
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
    putFour();
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
    putFour();
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
    put({ id: "l-1" });
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
    put({ id: "l-1" });
    put({ id: "l-2", status: "replaying" });
    open("/");
    expect(await screen.findByRole("link", { name: "Dead letters 1 open" })).toBeInTheDocument();
    await waitFor(() => expect(server.sockets.at(-1)?.hellos).toHaveLength(1));
    put({ id: "l-3", bot: "echo", fingerprint: "f-2" });
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
    putFour();
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

describe("keys of the inbox", () => {
  beforeEach(async () => {
    putFour();
    open();
    await group(/daisy/);
  });

  it("move, open, select and dismiss, and the focus goes to the next row", async () => {
    await userEvent.keyboard("j");
    expect(screen.getByRole("button", { name: /daisy/ })).toHaveFocus();
    await userEvent.keyboard("{Enter}");
    await screen.findByRole("link", { name: "W-1" });
    await userEvent.keyboard("jj");
    expect(screen.getByRole("link", { name: "W-2" })).toHaveFocus();
    await userEvent.keyboard("k");
    expect(screen.getByRole("link", { name: "W-1" })).toHaveFocus();
    await userEvent.keyboard("x");
    expect(screen.getByText("1 letter selected")).toBeInTheDocument();
    await userEvent.keyboard("d");
    const dialog = await screen.findByRole("dialog", { name: "Dismiss 1 letter" });
    await userEvent.type(
      within(dialog).getByLabelText("Why is no answer needed?"),
      "asked jxd again",
    );
    await userEvent.click(within(dialog).getByRole("button", { name: "Dismiss" }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(lastAsked()).toEqual({ what: "dismiss l-1", body: { reason: "asked jxd again" } });
    await waitFor(() => expect(screen.getByRole("link", { name: "W-2" })).toHaveFocus());
    await waitFor(() => expect(screen.queryByRole("link", { name: "W-1" })).toBeNull());
    expect(screen.queryByText(/selected/)).toBeNull();
  });

  it("replay what is selected, each once and only as it was seen", async () => {
    await userEvent.click(await group(/daisy/));
    await userEvent.click(await screen.findByRole("checkbox", { name: "Select W-1" }));
    await userEvent.click(screen.getByRole("checkbox", { name: "Select W-3" }));
    screen.getByRole("link", { name: "W-3" }).focus();
    await userEvent.keyboard("r");
    const dialog = await screen.findByRole("dialog", { name: "Replay 2 letters" });
    await userEvent.click(within(dialog).getByRole("button", { name: "Replay" }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(server.letters.asked).toEqual([
      { what: "replay l-1", body: { run: 1 } },
      { what: "replay l-3", body: { run: 1 } },
    ]);
  });

  it("say who was first, and do the others", async () => {
    await userEvent.click(await group(/daisy/));
    await userEvent.click(await screen.findByRole("checkbox", { name: "Select W-1" }));
    await userEvent.click(screen.getByRole("checkbox", { name: "Select W-3" }));
    put({ id: "l-1", reference: "W-1", status: "answered", changed_by: "Ben" });
    await userEvent.click(
      within(screen.getByRole("region", { name: "2 letters selected" })).getByRole("button", {
        name: "Replay",
      }),
    );
    const dialog = await screen.findByRole("dialog");
    await userEvent.click(within(dialog).getByRole("button", { name: "Replay" }));
    expect(await within(dialog).findByRole("alert")).toHaveTextContent(
      "W-1: Nothing was changed. Ben was first",
    );
    expect(within(dialog).getByText("1 letter done.")).toBeInTheDocument();
  });

  it("are told by ?, and mean nothing in a field", async () => {
    await userEvent.keyboard("?");
    expect(await screen.findByRole("dialog", { name: "Keys in this list" })).toBeInTheDocument();
    await userEvent.keyboard("{Escape}");
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    await userEvent.type(screen.getByLabelText("Text within"), "jd?");
    expect(screen.getByLabelText("Text within")).toHaveValue("jd?");
    expect(screen.queryByRole("dialog")).toBeNull();
  });

  it("of a group select its open letters, all or none", async () => {
    put({ id: "l-5", reference: "W-5", status: "replaying" });
    (await group(/daisy/)).focus();
    await userEvent.keyboard("x");
    expect(await screen.findByText("3 letters selected")).toBeInTheDocument();
    expect(await screen.findByRole("checkbox", { name: "Select W-3" })).toBeChecked();
    expect(screen.getByRole("checkbox", { name: "Select W-5" })).not.toBeChecked();
    await userEvent.keyboard("x");
    await waitFor(() => expect(screen.queryByText(/selected/)).toBeNull());
  });

  it("of a group edit its newest letter", async () => {
    (await group(/daisy/)).focus();
    await userEvent.keyboard("e");
    expect(await screen.findByRole("dialog", { name: "Edit and replay" })).toBeInTheDocument();
    expect(window.location.pathname).toBe("/dead-letters/l-1");
    expect(window.location.search).toBe("");
  });

  it("edit: the letter opens with its editor", async () => {
    await userEvent.click(await group(/daisy/));
    (await screen.findByRole("link", { name: "W-2" })).focus();
    await userEvent.keyboard("e");
    expect(await screen.findByRole("dialog", { name: "Edit and replay" })).toBeInTheDocument();
    expect(window.location.pathname).toBe("/dead-letters/W-2");
  });
});

describe("a whole group", () => {
  beforeEach(async () => {
    putFour();
    open();
    await group(/daisy/);
  });

  it("is replayed by a plan, and its progress is shown until it is done", async () => {
    await userEvent.click(screen.getAllByRole("button", { name: "Replay" })[0] as HTMLElement);
    const dialog = await screen.findByRole("dialog", { name: "Replay this group" });
    expect(await within(dialog).findByText("still needed: these are replayed")).toBeInTheDocument();
    expect(dialog).toHaveTextContent("It replays 1 first, then 5, 25, the rest.");
    await userEvent.click(within(dialog).getByLabelText("As the bot is now"));
    const pace = within(dialog).getByLabelText(/At most this many a second/);
    await userEvent.clear(pace);
    expect(within(dialog).getByRole("button", { name: /^Replay 36/ })).toBeDisabled();
    await userEvent.type(pace, "2");
    await userEvent.click(within(dialog).getByRole("button", { name: "Replay 36, 1 first" }));
    expect(await screen.findByText("5 of 36 have an outcome")).toBeInTheDocument();
    expect(lastAsked()?.body).toMatchObject({
      revision: "current",
      pace: 2,
      filter: { group: "f-1", status: ["open"] },
    });
    server.letters.jobs[0] = makeJob({
      state: "done",
      pending: 0,
      sent: 0,
      resolved: 34,
      failed_again: 1,
    });
    expect(
      await screen.findByText("34 resolved, 1 failed again, 1 skipped.", {}, { timeout: 3000 }),
    ).toBeInTheDocument();
    expect(screen.queryByRole("button", { name: "Pause" })).toBeNull();
  });

  it("is dismissed letter by letter, with a reason", async () => {
    await userEvent.click(screen.getAllByRole("button", { name: "Dismiss" })[0] as HTMLElement);
    const dialog = await screen.findByRole("dialog", { name: "Dismiss 3 letters" });
    await userEvent.click(within(dialog).getByRole("button", { name: "Dismiss 3" }));
    expect(within(dialog).getByRole("alert")).toHaveTextContent("Say why");
    await userEvent.type(within(dialog).getByLabelText(/Why is no answer needed/), "a test");
    await userEvent.click(within(dialog).getByRole("button", { name: "Dismiss 3" }));
    await waitFor(() => expect(screen.queryByRole("button", { name: /daisy/ })).toBeNull());
    expect(server.letters.asked.map(({ what }) => what)).toEqual([
      "dismiss l-1",
      "dismiss l-2",
      "dismiss l-3",
    ]);
    expect(await group(/echo/)).toHaveFocus();
  });

  it("carries a note", async () => {
    await userEvent.click(screen.getAllByRole("button", { name: "Note" })[0] as HTMLElement);
    await userEvent.type(await screen.findByLabelText("What operators should know"), "Key is out");
    await userEvent.click(screen.getByRole("button", { name: "Save note" }));
    expect(await screen.findByText("Key is out")).toBeInTheDocument();
  });
});

describe("a replay of many", () => {
  it("is paused, goes on, and is stopped after a question", async () => {
    server.letters.jobs.push(makeJob());
    open("/dead-letters/replays/j-1");
    await userEvent.click(await screen.findByRole("button", { name: "Pause" }));
    await userEvent.click(await screen.findByRole("button", { name: "Go on" }));
    await userEvent.click(await screen.findByRole("button", { name: "Stop" }));
    const dialog = await screen.findByRole("dialog", { name: "Stop this replay?" });
    expect(dialog).toHaveTextContent("28 letters are not sent yet");
    await userEvent.click(within(dialog).getByRole("button", { name: "Stop" }));
    expect(await screen.findByText("4 resolved, 0 failed again, 1 skipped.")).toBeInTheDocument();
  });

  it("that stopped by itself says why, and what was skipped", async () => {
    server.letters.jobs.push(
      makeJob({ state: "halted", why: "The first failed in the same way." }),
    );
    open("/dead-letters/replays/j-1");
    expect(await screen.findByText("stopped by itself")).toBeInTheDocument();
    expect(screen.getByText("The first failed in the same way.")).toBeInTheDocument();
    expect(screen.getByText("A later message has been answered since.")).toBeInTheDocument();
    expect(screen.getByRole("button", { name: "Go on" })).toBeEnabled();
  });

  it("that is not there says so", async () => {
    open("/dead-letters/replays/j-none");
    expect(await screen.findByRole("alert")).toHaveTextContent("There is no such replay.");
  });
});
