// A bot made, tried, saved, looked back at and rolled back, on a small server.
import { EditorView } from "@codemirror/view";
import { act, render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { makeFault, makeTried, YAML } from "../testing/botBuilders";
import { makeUser } from "../testing/builders";
import { FakeServer } from "../testing/FakeServer";
import { App } from "./App";

let server: FakeServer;

beforeEach(() => {
  server = new FakeServer();
  server.users = [makeUser()];
  vi.stubGlobal("fetch", server.fetch);
  vi.stubGlobal("WebSocket", server.WebSocket);
  // happy-dom tells of a moved selection while the editor is still moving it; browsers do so later
  vi.spyOn(EditorView.prototype, "focus").mockImplementation(() => {});
});

afterEach(() => vi.unstubAllGlobals());

function open(at: string) {
  window.history.replaceState(null, "", at);
  return render(<App />);
}

const click = async (name: string | RegExp) =>
  userEvent.click(await screen.findByRole("button", { name }));
const LOADING = { timeout: 5_000 }; // the editor is fetched on demand
const field = () => screen.findByRole("textbox", { name: "The bot's file as YAML" }, LOADING);
const saves = () => server.bots.asked.map(({ what }) => what);

async function begin(name: string) {
  open("/bots/new");
  await userEvent.type(await screen.findByLabelText("What is it called?"), name);
  await click("Begin");
}

describe("a new bot", () => {
  it("is asked for a good name that nobody has", async () => {
    server.bots.add({});
    await begin("My Bot");
    expect(screen.getByRole("alert")).toHaveTextContent("begin with a letter");
    await userEvent.clear(screen.getByLabelText("What is it called?"));
    await userEvent.type(screen.getByLabelText("What is it called?"), "daisy");
    expect(screen.getByRole("alert")).toHaveTextContent("There is a bot named daisy already");
  });

  it("begins with a file that works, and is saved as new", async () => {
    await begin("my-bot");
    expect(await field()).toHaveTextContent("display_name: My Bot");
    expect(screen.getByText(/Not saved yet/)).toBeInTheDocument();
    await click("Save and publish");
    expect(await screen.findByText("@my-bot")).toBeInTheDocument();
    expect(saves()).toEqual(["save my-bot *"]);
    expect(server.bots.views.get("my-bot")?.yaml).toContain("name: my-bot");
  });

  it("that somebody else made meanwhile is not written over", async () => {
    await begin("my-bot");
    await field();
    server.bots.write("my-bot", "name: my-bot\n", "ben");
    await click("Save and publish");
    expect(await screen.findByText(/There is a bot named my-bot already/)).toHaveTextContent(
      "Nothing was saved. Give yours another name, or edit that one.",
    );
    expect(server.bots.views.get("my-bot")?.yaml).toBe("name: my-bot\n");
  });

  it("that was begun is there again after a reload, until it is discarded", async () => {
    await begin("my-bot");
    const view = EditorView.findFromDOM(await field());
    await act(async () => view?.dispatch({ changes: { from: 0, insert: "# mine\n" } }));
    document.body.innerHTML = "";
    open("/bots/new");
    expect(await field()).toHaveTextContent("# mine");
    await click("Discard my changes");
    expect(await screen.findByLabelText("What is it called?")).toBeInTheDocument();
  });
});

describe("a try", () => {
  beforeEach(() => void server.bots.write("daisy", YAML, "ana"));

  it("shows each step's time and changes, and what it would say; nothing is saved", async () => {
    const patch = [{ op: "replace", path: "/draft/body", value: "Hi Ana" }];
    const reply = { body: "Hi **Ana**", metadata: {} };
    server.bots.tried.steps = [
      makeTried("gpt", { milliseconds: 1840, patch }),
      makeTried("reply", { reply }),
    ];
    open("/bots/daisy/edit");
    await userEvent.clear(await screen.findByLabelText("Message"));
    await userEvent.type(screen.getByLabelText("Message"), "Hey{Control>}{Enter}{/Control}");
    const steps = await screen.findByRole("list", { name: "Steps" });
    expect(steps).toHaveTextContent("gpt 1.8 s 1 changechanged draft.bodyHi Ana");
    expect(within(steps).getByRole("figure")).toHaveTextContent("It would sayHi Ana");
    expect(server.bots.asked).toEqual([{ what: "try", body: { yaml: YAML, message: "Hey" } }]);
    expect(server.bots.views.get("daisy")?.number).toBe(1);
  });

  it("says where it stopped, and what it would ask a person", async () => {
    const error = { step: "gpt", type: "TimeoutError", text: "no answer in 60 s" };
    server.bots.tried = { ...server.bots.tried, ok: false, error };
    open("/bots/daisy/edit");
    await click("Run");
    expect(await screen.findByText(/TimeoutError: no answer/)).toHaveTextContent(
      "stopped at “gpt”",
    );
    server.bots.tried = { ...server.bots.tried, error: null, waiting: "May I send this?" };
    await click("Run");
    expect(await screen.findByText("May I send this?")).toBeInTheDocument();
  });

  it("of a text with faults runs nothing", async () => {
    server.bots.tried = { ...server.bots.tried, ok: false, errors: [makeFault()] };
    open("/bots/daisy/edit");
    await click("Run");
    expect(await screen.findByText(/It was not run/)).toHaveTextContent("6:12");
  });
});

describe("the history", () => {
  beforeEach(() => {
    server.bots.write("daisy", YAML, null);
    server.bots.write("daisy", `${YAML}history: 4\n`, "ben");
  });

  it("tells who published what, and shows the newest change", async () => {
    open("/bots/daisy/history");
    const list = await screen.findByRole("list", { name: "Publications" });
    const [newest, oldest] = within(list).getAllByRole("listitem");
    expect(newest).toHaveTextContent(/Number 2serves now.*by ben/);
    expect(oldest).toHaveTextContent(/Number 1.*the file was edited/);
    const diff = await screen.findByRole("textbox", { name: "Changes from number 1 to number 2" });
    expect(diff).toHaveTextContent("history: 4");
  });

  it("rolls back once that is confirmed, over the state that was looked at", async () => {
    open("/bots/daisy/history");
    const etag = `"2-${`${YAML}history: 4\n`.length}"`;
    await click("Roll back to number 1");
    const dialog = await screen.findByRole("dialog");
    expect(dialog).toHaveTextContent("published at once under a new number");
    await userEvent.click(within(dialog).getByRole("button", { name: "Roll back" }));
    expect(await screen.findByText("Done: number 3 serves now.")).toBeInTheDocument();
    expect(saves()).toEqual([`rollback daisy ${etag}`]);
    expect(await screen.findByText("rolled back to 1")).toBeInTheDocument();
  });

  it("does not roll back over what somebody saved meanwhile", async () => {
    open("/bots/daisy/history");
    await click("Roll back to number 1");
    const dialog = await screen.findByRole("dialog");
    server.bots.write("daisy", `${YAML}history: 9\n`, "ben");
    await userEvent.click(within(dialog).getByRole("button", { name: "Roll back" }));
    expect(await within(dialog).findByRole("alert")).toHaveTextContent("changed while you looked");
    await waitFor(() => expect(server.bots.views.get("daisy")?.yaml).toContain("history: 9"));
  });

  it("offers no rollback to who is no operator", async () => {
    server.me = { ...server.me, operator: false };
    open("/bots/daisy/history");
    await screen.findByRole("list", { name: "Publications" });
    expect(screen.queryByRole("button", { name: /Roll back/ })).toBeNull();
  });
});
