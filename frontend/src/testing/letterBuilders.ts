// Small makers of dead letters for tests and the demo: everything has a default.
import type {
  AttemptView,
  LetterGroup,
  LetterRow,
  LetterView,
  LogEntry,
  ReplayJob,
  ReplayPlan,
} from "../contracts.gen";
import { AT, CONVERSATION, makeMessage, makeTurn } from "./builders";

export const THEN = `sha256:${"a1".repeat(32)}`;
export const NOW = `sha256:${"b2".repeat(32)}`;

export function makeLetter(change: Partial<LetterRow> = {}): LetterRow {
  return {
    id: "l-1",
    reference: "W-0000000A",
    status: "open",
    verdict: "needed",
    reason: "failed",
    bot: "daisy",
    step: "think",
    kind: "gpt",
    revision: THEN,
    conversation_id: CONVERSATION,
    turn_id: "t-1",
    run: 1,
    attempt: 4,
    failures: 1,
    error_type: "APIConnectionError",
    error_text: "Connection refused: model.example port 443",
    runner: "runner-1@burrow",
    fingerprint: "f-1",
    opened_at: AT,
    failed_at: AT,
    changed_by: null,
    changed_at: null,
    ...change,
  };
}

export function makeGroup(change: Partial<LetterGroup> = {}): LetterGroup {
  const { bot, step, reason, error_type, error_text, fingerprint } = makeLetter();
  return {
    fingerprint,
    bot,
    step,
    reason,
    error_type,
    error_text,
    open: 1,
    replaying: 0,
    closed: 0,
    returned: 0,
    first_seen: AT,
    last_seen: AT,
    hours: Array.from({ length: 24 }, (_, hour) => (hour > 20 ? hour - 19 : 0)),
    newest: "l-1",
    note: "",
    fixed_by: null,
    fixed_at: null,
    returned_after_fix: false,
    ...change,
  };
}

export function makePayload(): Record<string, unknown> {
  return {
    messages: [
      {
        id: "m-1",
        user: "ana",
        recipient: "daisy",
        body: "What went well today?",
        timestamp: AT,
      },
    ],
    chatml: [{ role: "user", content: "What went well today?" }],
    draft: { user: "daisy", recipient: "ana", body: "", metadata: {} },
  };
}

export function makeEntry(change: Partial<LogEntry> = {}): LogEntry {
  return {
    step: "think",
    kind: "gpt",
    path: [],
    position: 1,
    attempt: 1,
    revision: THEN,
    runner: "runner-1@burrow",
    queued_at: AT,
    started_at: AT,
    ended_at: AT,
    outcome: "dead",
    error: null,
    by: null,
    patch: [],
    ...change,
  };
}

export function makeLetterView(change: Partial<LetterView> = {}): LetterView {
  const letter = change.letter ?? makeLetter();
  const places = [
    { position: 0, step: "format", kind: "format", why_not: null },
    { position: 1, step: "think", kind: "gpt", why_not: null },
  ];
  const at = (second: number) => new Date(Date.parse(AT) + second * 1000).toISOString();
  const attempts: AttemptView[] = [
    {
      entry: makeEntry({
        step: "format",
        kind: "format",
        position: 0,
        started_at: at(1),
        ended_at: at(1.2),
        outcome: "done",
        patch: [{ op: "add", path: "/chatml", value: [] }],
      }),
      input: { messages: makePayload().messages },
      output: { messages: makePayload().messages, chatml: makePayload().chatml },
    },
    {
      entry: makeEntry({
        queued_at: at(1.2),
        started_at: at(2),
        ended_at: at(4),
        outcome: "retried",
        error: "APIConnectionError: Connection refused",
      }),
      input: makePayload(),
      output: null,
    },
    {
      entry: makeEntry({
        attempt: 2,
        queued_at: at(4),
        started_at: at(9),
        ended_at: at(11),
        error: "APIConnectionError: Connection refused",
      }),
      input: makePayload(),
      output: null,
    },
  ];
  return {
    letter,
    position: 1,
    path: "",
    error_stack:
      'Traceback (most recent call last):\n  File "gpt.py", line 41, in process\n    answer = await self.ask(payload)\nopenai.APIConnectionError: Connection refused',
    error_frame: "gpt.py:41 in process",
    routing_key: "gpt.daisy",
    message_id: "0192-old",
    headers: { "warren-attempt": 4, traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-01" },
    payload: makePayload(),
    first_input: { messages: makePayload().messages },
    raw: null,
    steps: [makeCard("format", "Format"), makeCard("think", "Gpt"), makeCard("reply", "Reply")],
    attempts,
    failures: [
      {
        number: 1,
        trigger: "first",
        run: 1,
        reason: letter.reason,
        step: letter.step,
        position: 1,
        attempt: letter.attempt,
        revision: letter.revision,
        runner: letter.runner,
        error_type: letter.error_type,
        error_text: letter.error_text,
        message_id: "0192-old",
        failed_at: AT,
      },
    ],
    acts: [],
    seen: [{ by: "Ana", at: AT }],
    turn: makeTurn({ state: "parked", reference: letter.reference, answers: ["m-1"] }),
    conversation: [makeMessage({ body: "What went well today?" })],
    current_revision: NOW,
    reentry_original: places,
    reentry_current: places.map((place) =>
      place.position === 1
        ? { ...place, why_not: "The step think is another kind of step now." }
        : place,
    ),
    replayable: null,
    deleted_at: null,
    ...change,
  };
}

export function makePlan(change: Partial<ReplayPlan> = {}): ReplayPlan {
  return {
    matched: 40,
    needed: 36,
    answered: 1,
    overtaken: 2,
    expired: 1,
    not_replayable: 0,
    groups: 1,
    ...change,
  };
}

export function makeJob(change: Partial<ReplayJob> = {}): ReplayJob {
  return {
    id: "j-1",
    state: "running",
    why: "",
    made_by: "Ana",
    made_at: AT,
    changed_at: new Date().toISOString(),
    filter: {
      status: ["open"],
      bot: null,
      step: null,
      group: "f-1",
      error_type: null,
      reason: null,
      runner: null,
      conversation: null,
      since: null,
      until: null,
      q: "",
    },
    revision: "original",
    from_step: null,
    pace: 5,
    stage: 1,
    plan: makePlan(),
    total: 36,
    pending: 28,
    sent: 3,
    resolved: 4,
    failed_again: 0,
    failures: [],
    skipped: 1,
    skips: [
      { letter: "l-9", reference: "W-00000009", why: "A later message has been answered since." },
    ],
    ...change,
  };
}

function makeCard(id: string, class_name: string) {
  return {
    id,
    class_name,
    kind: class_name.toLowerCase(),
    timeout_seconds: 60,
    attempts: 4,
    on_error: "dead_letter" as const,
    delegates: null,
  };
}
