// Makers of what the registry tells of bots, for tests and the demo.
import type {
  BotView,
  LedgerRow,
  LintError,
  Persona,
  StepCard,
  StepKindView,
  TriedStep,
} from "../contracts.gen";

export const REVISION = "ab12cd34ef56ab12cd34ef56ab12cd34ef56ab12cd34ef56ab12cd34ef56ab12";

export const YAML = `name: daisy
persona:
  display_name: Daisy
  purpose: Five minutes a day for what went well.
steps:
  - class: Draft
  - class: Gpt
    config: {max_tokens: 200}
  - class: Reply
`;

export function makePersona(change: Partial<Persona> = {}): Persona {
  return {
    display_name: "Daisy",
    avatar: "📔",
    purpose: "Five minutes a day for what went well.",
    greeting: "Hi! What went well today?",
    starters: ["Something good happened", "How does this work?"],
    owner: "family",
    ...change,
  };
}

export function makeStep(class_name: string, change: Partial<StepCard> = {}): StepCard {
  const kind = class_name.toLowerCase();
  return {
    id: kind,
    class_name,
    kind,
    timeout_seconds: 60,
    attempts: 4,
    on_error: "dead_letter",
    delegates: null,
    ...change,
  };
}

export function makeBotView(change: Partial<BotView> = {}): BotView {
  return {
    name: "daisy",
    status: "serving",
    revision: REVISION,
    number: 3,
    persona: makePersona(),
    steps: ["Draft", "Format", "Gpt", "Reply"].map((name) => makeStep(name)),
    file: "daisy.yaml",
    errors: [],
    yaml: YAML,
    published_at: "2026-11-22T10:00:00Z",
    reaches: { hosts: [], model: true, bots: [], asks_approval: false, custom_code: [] },
    remembers: false,
    last_change: { at: "2026-11-22T10:00:00Z", by: "ana" },
    ...change,
  };
}

export function makeKind(class_name: string, change: Partial<StepKindView> = {}): StepKindView {
  return {
    kind: class_name.toLowerCase(),
    class_name,
    builtin: true,
    doc: `What ${class_name} does.`,
    config_schema: {},
    runners: 2,
    used_by: ["daisy"],
    waiting: null,
    ...change,
  };
}

export function makeFault(change: Partial<LintError> = {}): LintError {
  return {
    file: "bot.yaml",
    line: 6,
    column: 12,
    message: 'there is no step class "Drfat"',
    hint: 'did you mean "Draft"?',
    source_line: "  - class: Drfat",
    ...change,
  };
}

export function makeLedgerRow(change: Partial<LedgerRow> = {}): LedgerRow {
  return {
    bot: "daisy",
    step: "",
    revision: REVISION,
    turns: 12,
    failures: 3,
    drafts: 0,
    sent_unedited: 0,
    edited: 0,
    rejected: 0,
    distance: null,
    corrections: 0,
    thumbs_up: 0,
    thumbs_down: 0,
    seconds: 3.24,
    first_at: "2026-11-22T10:00:00Z",
    last_at: "2026-11-22T10:00:00Z",
    ...change,
  };
}

export function makeTried(id: string, change: Partial<TriedStep> = {}): TriedStep {
  return { id, class_name: id, milliseconds: 12, patch: [], reply: null, ...change };
}
