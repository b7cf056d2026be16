// The pages of bots on a small server: what people see, and what operators write and save.
import { undo } from "@codemirror/commands";
import { EditorView } from "@codemirror/view";
import { act, fireEvent, render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { makeFault, makeStep, YAML } from "../testing/botBuilders";
import { makeBot, makeUser } from "../testing/builders";
import { FakeServer, problem } from "../testing/FakeServer";
import { App } from "./App";

let server: FakeServer;

beforeEach(() => {
  server = new FakeServer();
  server.users = [makeUser(), makeBot()];
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

/** Put a text into the editor, as if it were pasted over all that stands there. */
async function write(content: string) {
  const view = EditorView.findFromDOM(await field());
  await act(async () =>
    view?.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: content } }),
  );
}
const written = async () => EditorView.findFromDOM(await field())?.state.doc.toString();

describe("the gallery", () => {
  it("shows who each bot is and how it stands, and leads to a chat by one click", async () => {
    server.bots.add({});
    server.bots.add({ name: "echo", status: "broken", errors: [makeFault()] });
    server.bots.add({ name: "half", status: "broken", revision: null });
    open("/bots");
    const list = await screen.findByRole("list", { name: "Bots" });
    const [daisy, echo, half] = within(list).getAllByRole("article");
    expect(daisy).toHaveTextContent("@daisyFive minutes a day for what went well.serving");
    expect(echo).toHaveTextContent("its file is broken; the last good revision serves");
    expect(half).toHaveTextContent("it has never served");
    expect(within(half as HTMLElement).queryByRole("button")).toBeNull();
    await userEvent.click(within(daisy as HTMLElement).getByRole("button"));
    expect(await screen.findByRole("log")).toBeInTheDocument();
  });

  it("without bots gives a whole one to copy, and where it goes", async () => {
    open("/bots");
    const copy = await screen.findByRole("region", { name: "bot_config/hello.yaml" });
    expect(copy).toHaveTextContent("name: hello");
    expect(screen.getByText(/published within 2 s/)).toBeInTheDocument();
    expect(screen.getByRole("link", { name: "New bot" })).toBeInTheDocument();
  });

  it("lets only operators make bots", async () => {
    server.me = { ...server.me, operator: false };
    const { unmount } = open("/bots");
    expect(await screen.findByText("No bots yet")).toBeInTheDocument();
    expect(screen.queryByRole("link", { name: "New bot" })).toBeNull();
    unmount();
    open("/bots/new");
    expect(await screen.findByText("This page is for operators")).toBeInTheDocument();
  });
});

describe("the page of a bot", () => {
  it("says who it is, what it reaches and keeps, and that messages will wait", async () => {
    const steps = [makeStep("Draft"), makeStep("Gpt", { id: "think", on_error: "ask_human" })];
    const reaches = {
      hosts: ["api.example.org"],
      model: true,
      bots: [],
      asks_approval: true,
      custom_code: [],
    };
    server.bots.add({ steps, reaches, remembers: true });
    open("/bots/daisy");
    expect(await screen.findByRole("heading", { level: 1 })).toHaveTextContent("Daisy");
    expect(screen.getByText("number 3, ab12cd34ef56")).toBeInTheDocument();
    expect(screen.getByText(/ by ana$/)).toBeInTheDocument();
    expect(screen.getByText("api.example.org")).toBeInTheDocument();
    expect(screen.getByText("a person approves before it speaks")).toBeInTheDocument();
    expect(screen.getByText(/It keeps things that people told it/)).toBeInTheDocument();
    expect(await screen.findByText(/messages will wait, and are answered/)).toBeInTheDocument();
    expect(screen.getByText("think").closest("li")).toHaveTextContent("nobody serves it");
  });

  it("starts a chat with a starter by one click", async () => {
    server.bots.add({});
    open("/bots/daisy");
    await click("Something good happened");
    expect(await screen.findByRole("log")).toHaveTextContent("Something good happened");
  });

  it("of a broken file shows line, source and caret, and what still serves", async () => {
    server.bots.add({ status: "broken", errors: [makeFault()] });
    open("/bots/daisy");
    const broken = await screen.findByRole("region", { name: "Its file has 1 fault" });
    expect(broken).toHaveTextContent("the last good revision, number 3, keeps serving");
    expect(broken).toHaveTextContent('line 6, column 12: there is no step class "Drfat"');
    expect(broken.querySelector("pre")?.textContent).toBe("  - class: Drfat\n           ^");
  });

  it("that does not exist says so", async () => {
    open("/bots/nobody");
    expect(await screen.findByRole("alert")).toHaveTextContent("There is no bot of this name");
  });
});

describe("the editor", () => {
  beforeEach(() => {
    server.bots.write("daisy", YAML, "ana");
    server.bots.lint = (yaml) => (yaml.includes("Drfat") ? [makeFault()] : []);
  });

  it("tells faults as one types, and a click goes there", async () => {
    open("/bots/daisy/edit");
    await write(YAML.replace("Draft", "Drfat"));
    const faults = await screen.findByRole("list", { name: "Faults" });
    expect(faults).toHaveTextContent('6:12there is no step class "Drfat" (did you mean "Draft"?)');
    await userEvent.click(within(faults).getByRole("button"));
    const view = EditorView.findFromDOM(await field());
    expect(view?.state.doc.lineAt(view.state.selection.main.head).number).toBe(6);
    await write(YAML);
    expect(await screen.findByText("No faults.")).toBeInTheDocument();
  });

  it("saves by key over the state that was read", async () => {
    open("/bots/daisy/edit");
    await field();
    const etag = `"1-${YAML.length}"`;
    await write(`${YAML}history: 4\n`);
    expect(screen.getByText(/Your text is kept in this browser/)).toBeInTheDocument();
    fireEvent.keyDown(await field(), { key: "s", ctrlKey: true });
    expect(await screen.findByText(/Saved. Number 2 serves now/)).toBeInTheDocument();
    expect(saves()).toEqual([`save daisy ${etag}`]);
    expect(localStorage.getItem("warren.kept.bot-texts.u-ana.daisy")).toBeNull();
    await click("Save and publish");
    expect(screen.getByText(/Nothing to save/)).toBeInTheDocument();
  });

  it("keeps what is not saved over a reload, until it is discarded", async () => {
    const { unmount } = open("/bots/daisy/edit");
    await write(`${YAML}history: 7\n`);
    unmount();
    open("/bots/daisy/edit");
    expect(await screen.findByText(/your text from before/)).toBeInTheDocument();
    expect(await written()).toContain("history: 7");
    await click("Discard my changes");
    expect(await written()).toBe(YAML);
    expect(localStorage.getItem("warren.kept.bot-texts.u-ana.daisy")).toBeNull();
  });

  it("shows both when somebody else saved meanwhile, and loses neither", async () => {
    open("/bots/daisy/edit");
    await write(`${YAML}history: 4\n`);
    server.bots.write("daisy", `${YAML}history: 9\n`, "ben");
    await click("Save and publish");
    const conflict = await screen.findByRole("alert");
    expect(conflict).toHaveTextContent("Somebody else saved meanwhile");
    expect(conflict).toHaveTextContent("Saved by ben");
    expect(await written()).toContain("history: 4");
    await click("Go on with mine");
    expect(screen.queryByRole("alert")).toBeNull();
    await click("Save and publish");
    expect(await screen.findByText(/Saved. Number 3 serves now/)).toBeInTheDocument();
    expect(server.bots.views.get("daisy")?.yaml).toContain("history: 4");
  });

  it("takes theirs when that is wanted, and one undo brings mine back", async () => {
    open("/bots/daisy/edit");
    await write(`${YAML}history: 4\n`);
    server.bots.write("daisy", `${YAML}history: 9\n`, null);
    await click("Save and publish");
    await click("Take theirs");
    expect(await written()).toContain("history: 9");
    expect(screen.queryByRole("alert")).toBeNull();
    const view = EditorView.findFromDOM(await field());
    await act(async () => void (view && undo(view)));
    expect(await written()).toContain("history: 4");
  });

  it("says why a read-only folder took nothing", async () => {
    server.before = (path) =>
      path.startsWith("PUT") ? problem(409, "The folder of bots is read-only.") : null;
    open("/bots/daisy/edit");
    await write(`${YAML}history: 4\n`);
    await click("Save and publish");
    expect(await screen.findByText(/The folder of bots is read-only/)).toHaveTextContent(
      "Not saved. The folder of bots is read-only. Your text is kept in this browser.",
    );
  });

  it("is for reading when one is no operator", async () => {
    server.me = { ...server.me, operator: false };
    open("/bots/daisy/edit");
    expect(await screen.findByText(/Only operators can change and try it/)).toBeInTheDocument();
    expect(await field()).toHaveAttribute("aria-readonly", "true");
    expect(screen.queryByRole("button", { name: "Save and publish" })).toBeNull();
    expect(screen.queryByRole("button", { name: "Run" })).toBeNull();
  });
});
