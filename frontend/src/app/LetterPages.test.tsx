// One dead letter on a small server: what an operator reads and does.

import { EditorView } from "@codemirror/view";
import { act, render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { LetterView } from "../contracts.gen";
import { makeUser } from "../testing/builders";
import { FakeServer } from "../testing/FakeServer";
import { makeLetter, makeLetterView, makePayload, THEN } from "../testing/letterBuilders";
import { App } from "./App";

let server: FakeServer;

beforeEach(() => {
  server = new FakeServer();
  server.users = [makeUser()];
  vi.stubGlobal("fetch", server.fetch);
  vi.stubGlobal("WebSocket", server.WebSocket);
});

afterEach(() => vi.unstubAllGlobals());

async function openLetter(
  letter: Partial<LetterView["letter"]> = {},
  view: Partial<LetterView> = {},
) {
  const made = makeLetter({ reference: "W-1", ...letter });
  server.letters.add(makeLetterView({ letter: made, ...view }));
  window.history.replaceState(null, "", "/dead-letters/W-1");
  render(<App />);
  await screen.findByText("W-1");
}

const click = async (name: string | RegExp) =>
  userEvent.click(await screen.findByRole("button", { name }));
const asked = () => server.letters.asked;

/** Put a text into the editor, as if it were pasted over all that stands there. */
async function write(label: string, content: string) {
  const field = await screen.findByRole("textbox", { name: label });
  const view = EditorView.findFromDOM(field);
  await act(async () =>
    view?.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: content } }),
  );
}

describe("a dead letter", () => {
  it("says first what failed, where and why, in plain words", async () => {
    await openLetter({ failures: 3 });
    expect(screen.getByRole("heading", { level: 1 })).toHaveTextContent("daisy stopped at “think”");
    expect(screen.getByText(/The step raised an error. \(step 2 of 3, gpt\)/)).toBeInTheDocument();
    expect(screen.getByText("3rd failure")).toBeInTheDocument();
    expect(screen.getByText(/Still needed/)).toBeInTheDocument();
    expect(screen.getByText("the question")).toBeInTheDocument();
    expect(screen.getAllByText(/waited 5.0 s, ran 2.0 s/)).toHaveLength(1);
    expect(await screen.findByText(/Changed since/)).toBeInTheDocument();
    expect(screen.getByText(/Who has looked/)).toHaveTextContent("Ana");
  });

  it("of an unchanged bot says so", async () => {
    await openLetter({}, { current_revision: THEN });
    expect(
      await screen.findByText("The bot has not changed since this failed."),
    ).toBeInTheDocument();
  });

  it("that nobody can read is shown as text and bytes, and can only be dismissed", async () => {
    await openLetter(
      { bot: null, step: null, turn_id: null, reason: "undecodable" },
      {
        raw: btoa("{odd"),
        payload: null,
        turn: null,
        conversation: [],
        replayable: "It belongs to no turn.",
      },
    );
    expect(screen.getByRole("region", { name: "As text" })).toHaveTextContent("{odd");
    expect(screen.getByRole("region", { name: "Bytes" })).toHaveTextContent("7b 6f 64 64");
    expect(screen.getByText("No replay is possible: It belongs to no turn.")).toBeInTheDocument();
    expect(screen.queryByRole("button", { name: /Replay|Edit|Finish/ })).toBeNull();
    expect(screen.getByRole("button", { name: "Dismiss" })).toBeInTheDocument();
  });

  it("that is not there says so", async () => {
    window.history.replaceState(null, "", "/dead-letters/W-NONE");
    render(<App />);
    expect(await screen.findByRole("alert")).toHaveTextContent("There is no such dead letter");
  });
});

describe("replay", () => {
  it("goes from the failed step as it failed, and then its outcome is awaited", async () => {
    await openLetter();
    await click("Replay as is");
    const dialog = await screen.findByRole("dialog");
    await userEvent.click(within(dialog).getByRole("button", { name: "Replay" }));
    expect(await screen.findByText(/Ana replayed it/)).toBeInTheDocument();
    expect(asked()).toEqual([
      {
        what: "replay l-1",
        body: { from_step: "think", revision: "original", run: 1, overtaken: false },
      },
    ]);
    expect(screen.queryByRole("button", { name: "Replay as is" })).toBeNull();
  });

  it("says why a step is not possible, and takes another", async () => {
    await openLetter();
    await click("Replay as is");
    const dialog = await screen.findByRole("dialog");
    await userEvent.click(within(dialog).getByLabelText("As the bot is now"));
    expect(
      within(dialog).getByText("The step think is another kind of step now."),
    ).toBeInTheDocument();
    expect(within(dialog).getByRole("radio", { name: /2\. think/ })).toBeDisabled();
    await userEvent.click(within(dialog).getByRole("button", { name: "Replay" }));
    await waitFor(() =>
      expect(asked()[0]?.body).toMatchObject({ from_step: "format", revision: "current" }),
    );
  });

  it("of what is overtaken is warned of, and meant", async () => {
    await openLetter({ verdict: "overtaken" });
    await click("Replay as is");
    const dialog = await screen.findByRole("dialog");
    expect(dialog).toHaveTextContent("A replay answers an old question.");
    await userEvent.click(within(dialog).getByRole("button", { name: "Replay all the same" }));
    await waitFor(() => expect(asked()[0]?.body).toMatchObject({ overtaken: true }));
  });

  it("that comes second says who was first, and shows how it stands", async () => {
    await openLetter();
    await click("Replay as is");
    const dialog = await screen.findByRole("dialog");
    server.letters.add(
      makeLetterView({
        letter: makeLetter({
          reference: "W-1",
          status: "answered",
          verdict: "answered",
          changed_by: "Ben",
        }),
      }),
    );
    await userEvent.click(within(dialog).getByRole("button", { name: "Replay" }));
    expect(await within(dialog).findByRole("alert")).toHaveTextContent(
      "Ben was first at 14:03 UTC",
    );
    await userEvent.click(within(dialog).getByRole("button", { name: "Cancel" }));
    expect(await screen.findByText("answered by hand")).toBeInTheDocument();
    expect(screen.queryByRole("button", { name: "Replay as is" })).toBeNull();
  });
});

describe("edit and replay", () => {
  it("refuses what is not right at its place, shows the difference, and sends once", async () => {
    await openLetter();
    await click("Edit and replay");
    const next = () => screen.findByRole("button", { name: "See the difference" });
    expect(await screen.findByText(/Nothing is changed yet/)).toBeInTheDocument();
    expect(await next()).toBeDisabled();
    await write("Payload as JSON", '{\n"messages": [{"text": "hello"}]\n}');
    expect(await screen.findByText("Line 2: Entry 1 lacks “body”.")).toBeInTheDocument();
    expect(await next()).toBeDisabled();
    const payload = { ...makePayload(), mood: "calm" };
    await write("Payload as JSON", JSON.stringify(payload));
    await waitFor(async () => expect(await next()).toBeEnabled());
    await userEvent.click(await next());
    const diff = await screen.findByRole("textbox", { name: /Difference between what failed/ });
    expect(diff).toHaveTextContent('"mood": "calm"');
    await userEvent.dblClick(screen.getByRole("button", { name: "Send once" }));
    expect(await screen.findByText(/Ana edited and replayed it/)).toBeInTheDocument();
    expect(asked()).toHaveLength(1);
    expect(asked()[0]?.body).toMatchObject({ payload, run: 1, revision: "original" });
  });

  it("goes from a chosen step with what that step was given, and keeps both texts", async () => {
    await openLetter();
    await click("Edit and replay");
    await write("Payload as JSON", JSON.stringify({ ...makePayload(), mood: "calm" }));
    await userEvent.selectOptions(screen.getByLabelText("From which step?"), "format");
    const editor = await screen.findByRole("textbox", { name: "Payload as JSON" });
    expect(editor).not.toHaveTextContent("chatml");
    expect(await screen.findByText(/Nothing is changed yet/)).toBeInTheDocument();
    await write("Payload as JSON", '{"messages": []}');
    await click("See the difference");
    expect(await screen.findByText(/It begins at the step “format”/)).toBeInTheDocument();
    await click("Edit again");
    await userEvent.selectOptions(screen.getByLabelText("From which step?"), "think");
    expect(await screen.findByRole("textbox", { name: "Payload as JSON" })).toHaveTextContent(
      "calm",
    );
    await userEvent.selectOptions(screen.getByLabelText("From which step?"), "format");
    await click("See the difference");
    await click("Send once");
    await screen.findByText(/Ana edited and replayed it/);
    expect(asked()[0]?.body).toMatchObject({
      payload: { messages: [] },
      from_step: "format",
      revision: "original",
    });
  });

  it("offers no step that was never reached, and says why", async () => {
    const places = [...makeLetterView().reentry_original];
    places.push({ position: 2, step: "reply", kind: "reply", why_not: null });
    await openLetter({}, { reentry_original: places });
    await click("Edit and replay");
    expect(
      await screen.findByRole("option", { name: /3\. reply.*never got this far/ }),
    ).toBeDisabled();
  });

  it("keeps what was written when one goes back from the difference", async () => {
    await openLetter();
    await click("Edit and replay");
    await write("Payload as JSON", '{"messages": []}');
    await waitFor(() => expect(screen.getByRole("button", { name: /See the/ })).toBeEnabled());
    await click("See the difference");
    await click("Edit again");
    expect(await screen.findByRole("textbox", { name: "Payload as JSON" })).toHaveTextContent(
      '{"messages": []}',
    );
  });
});

it("a dialog that was closed by mistake has what was written", async () => {
  await openLetter();
  await click("Edit and replay");
  await write("Payload as JSON", '{"messages": []}');
  await userEvent.keyboard("{Escape}");
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  await click("Edit and replay");
  expect(await screen.findByRole("textbox", { name: "Payload as JSON" })).toHaveTextContent(
    '{"messages": []}',
  );
});

describe("finish by hand", () => {
  it("with a reply closes the letter: no replay any more, and who did it", async () => {
    await openLetter();
    await click("Finish by hand");
    await click("Post the reply");
    expect(await screen.findByText("Write the reply first.")).toBeInTheDocument();
    expect(asked()).toEqual([]);
    await userEvent.type(screen.getByLabelText(/Reply in daisy's place/), "Frost and soup.");
    await click("Post the reply");
    expect(await screen.findByText(/Ana wrote the answer by hand/)).toBeInTheDocument();
    expect(asked()).toEqual([
      { what: "finish l-1", body: { reply: { body: "Frost and soup." }, run: 1 } },
    ]);
    for (const gone of [/Replay/, /Edit/, /Finish/, /^Dismiss$/]) {
      expect(screen.queryByRole("button", { name: gone })).toBeNull();
    }
  });

  it("with the step's output lets the rest go on", async () => {
    await openLetter();
    await click("Finish by hand");
    await userEvent.click(await screen.findByLabelText(/Give the step's output/));
    await write("Output of the step as JSON", '{"messages": [], "draft": {"body": "Hi"}}');
    await waitFor(() => expect(screen.getByRole("button", { name: /Go on with/ })).toBeEnabled());
    await click("Go on with this output");
    expect(await screen.findByText(/Ana gave the step's output by hand/)).toBeInTheDocument();
    expect(asked()[0]?.body).toEqual({ output: { messages: [], draft: { body: "Hi" } }, run: 1 });
  });
});

describe("dismissing", () => {
  it("needs a reason, says until when it can be undone, and is undone", async () => {
    await openLetter({}, { deleted_at: "2026-12-24T10:00:00Z" });
    await click("Dismiss");
    const dialog = await screen.findByRole("dialog");
    await userEvent.type(within(dialog).getByLabelText(/Why is no answer/), "asked twice");
    await userEvent.click(within(dialog).getByRole("button", { name: "Dismiss" }));
    expect(await screen.findByText(/until then it can be opened again/)).toHaveTextContent("2026");
    expect(screen.getAllByText(/“asked twice”/).length).toBeGreaterThan(0);
    await click("Open again");
    expect(await screen.findByRole("button", { name: "Replay as is" })).toBeInTheDocument();
  });
});
