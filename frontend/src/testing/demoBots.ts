// Made-up bots for demo.html: every state of them.
import {
  makeBotView,
  makeFault,
  makeKind,
  makeLedgerRow,
  makePersona,
  makeStep,
  makeTried,
  YAML,
} from "./botBuilders";
import type { FakeBots } from "./FakeBots";

/** Fill the gallery. */
export function putBots(bots: FakeBots): void {
  bots.kinds = ["Draft", "Format", "Guide", "Gpt", "Metadata", "Reply", "Delegate"].map((name) =>
    makeKind(name, { runners: name === "Delegate" ? 0 : 2 }),
  );
  bots.runners = [1, 2].map((n) => ({
    runner: `runner-${n}`,
    host: "burrow",
    kinds: ["draft", "format", "guide", "gpt", "metadata", "reply"],
    busy: 1,
    ready: true,
    started_at: new Date().toISOString(),
    seen_at: new Date().toISOString(),
  }));
  bots.write("daisy", YAML, null);
  bots.write("daisy", YAML.replace("200", "400"), "ana");
  bots.write("daisy", `${YAML}history: 4\n`, "ben", "rolled back to 1");
  bots.add(makeBotView({ yaml: `${YAML}history: 4\n`, ...bots.views.get("daisy") }));
  bots.add(
    makeBotView({
      name: "helpdesk",
      file: "helpdesk.yaml",
      persona: makePersona({
        display_name: "Help desk",
        avatar: "🛎️",
        purpose: "Answers what it knows, and asks a colleague for the rest.",
        starters: ["My invoice is wrong"],
      }),
      steps: [
        makeStep("Draft"),
        makeStep("Gpt", { id: "think" }),
        makeStep("Delegate", { delegates: "atlas", on_error: "ask_human" }),
        makeStep("Reply"),
      ],
      reaches: {
        hosts: ["api.example.org", "shop.example.org"],
        model: true,
        bots: ["atlas"],
        asks_approval: true,
        custom_code: ["Invoice"],
      },
      remembers: true,
      last_change: { at: new Date().toISOString(), by: null },
    }),
  );
  bots.add(
    makeBotView({
      name: "echo",
      status: "broken",
      file: "echo.yaml",
      persona: makePersona({ display_name: "Echo", avatar: "🪨", purpose: "Says what you say." }),
      errors: [makeFault({ file: "echo.yaml" }), makeFault({ line: 9, column: 3, hint: "" })],
    }),
  );
  bots.add(
    makeBotView({
      name: "half-done",
      status: "broken",
      revision: null,
      number: 0,
      steps: [],
      last_change: null,
      persona: makePersona({ display_name: "half-done", purpose: "", avatar: "🤖", starters: [] }),
      errors: [makeFault()],
    }),
  );
  bots.ledger = [
    makeLedgerRow({ drafts: 5, sent_unedited: 4, thumbs_up: 3, thumbs_down: 1 }),
    makeLedgerRow({ step: "think", failures: 2 }),
  ];
  bots.lint = (yaml) => {
    const line = yaml.split("\n").findIndex((one) => one.includes("Drfat")) + 1;
    return line > 0 ? [makeFault({ line, column: 12 })] : [];
  };
  bots.tried = {
    ok: true,
    errors: [],
    error: null,
    waiting: null,
    steps: [
      makeTried("draft", { patch: [{ op: "add", path: "/draft", value: { body: "" } }] }),
      makeTried("gpt", {
        milliseconds: 1840,
        patch: [
          { op: "replace", path: "/draft/body", value: "Hi Ana. What went well today?" },
          { op: "add", path: "/openai", value: { model: "small", usage: { total_tokens: 61 } } },
        ],
      }),
      makeTried("reply", { reply: { body: "Hi Ana. What went **well** today?", metadata: {} } }),
    ],
  };
}
