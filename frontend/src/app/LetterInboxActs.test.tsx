// Acts on many dead letters, on a small server: keys of the inbox, whole groups, replays of many.
import { render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { makeUser } from "../testing/builders";
import { FakeServer } from "../testing/FakeServer";
import { putFour, putLetter } from "../testing/fourLetters";
import { makeJob } from "../testing/letterBuilders";
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
const lastAsked = () => server.letters.asked.at(-1);

describe("keys of the inbox", () => {
  beforeEach(async () => {
    putFour(server.letters);
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
    putLetter(server.letters, {
      id: "l-1",
      reference: "W-1",
      status: "answered",
      changed_by: "Ben",
    });
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
    putLetter(server.letters, { id: "l-5", reference: "W-5", status: "replaying" });
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
    putFour(server.letters);
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
