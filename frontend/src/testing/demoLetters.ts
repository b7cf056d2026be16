// Made-up dead letters for demo.html: every state of them.
import { makeMessage } from "./builders";
import type { FakeLetters } from "./FakeLetters";
import { makeJob, makeLetter, makeLetterView } from "./letterBuilders";

const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();

/** Fill the inbox. */
export function putLetters(letters: FakeLetters): void {
  const add = (
    change: Parameters<typeof makeLetter>[0],
    more: Parameters<typeof makeLetterView>[0] = {},
  ) => letters.add(makeLetterView({ letter: makeLetter(change), ...more }));
  for (let n = 1; n <= 6; n += 1) {
    add({
      id: `l-${n}`,
      reference: `W-4F2A77C${n}`,
      failed_at: minutesAgo(n * 7),
      failures: n === 2 ? 3 : 1,
    });
  }
  add(
    {
      id: "l-7",
      reference: "W-9D01B3E7",
      status: "replaying",
      changed_by: "Ben",
      failed_at: minutesAgo(50),
      failures: 2,
    },
    {
      acts: [
        {
          kind: "edited",
          by: "Ben",
          at: minutesAgo(1),
          run: 2,
          step: "think",
          revision: null,
          reason: "",
          job: null,
          message_id: "0192-new",
          from_message_id: "0192-old",
          patch: [{ op: "replace", path: "/chatml/0/content", value: "What went well?" }],
        },
      ],
    },
  );
  const timeout = {
    bot: "flashcards",
    step: "translate",
    kind: "http",
    reason: "timeout",
    fingerprint: "f-2",
    error_type: "TimeoutError",
    error_text: "The step did not end within 20 s",
  } as const;
  add({
    ...timeout,
    id: "l-8",
    reference: "W-77AA01B2",
    failed_at: minutesAgo(190),
    verdict: "overtaken",
  });
  add({ ...timeout, id: "l-9", reference: "W-77AA01B3", failed_at: minutesAgo(600) });
  add(
    {
      id: "l-10",
      reference: "W-RAW00001",
      bot: null,
      step: null,
      kind: null,
      turn_id: null,
      conversation_id: null,
      reason: "undecodable",
      fingerprint: "f-3",
      error_type: "ValidationError",
      error_text: "Expecting value: line 1 column 1",
      failed_at: minutesAgo(1400),
    },
    {
      raw: btoa('{"turn": 7, \x01\xff not json'),
      payload: null,
      first_input: null,
      steps: [],
      attempts: [],
      conversation: [],
      turn: null,
      position: null,
      replayable: "It belongs to no turn that is known: it can only be dismissed.",
    },
  );
  add(
    {
      id: "l-11",
      reference: "W-D15M1550",
      status: "dismissed",
      changed_by: "Ana",
      failed_at: minutesAgo(3000),
    },
    {
      deleted_at: minutesAgo(-60 * 24 * 20),
      acts: [
        {
          kind: "dismissed",
          by: "Ana",
          at: minutesAgo(20),
          run: 2,
          step: null,
          revision: null,
          patch: [],
          message_id: null,
          from_message_id: null,
          reason: "Asked again and answered elsewhere",
          job: null,
        },
      ],
    },
  );
  add(
    {
      id: "l-12",
      reference: "W-A115WERD",
      status: "answered",
      verdict: "answered",
      changed_by: "Ana",
      failed_at: minutesAgo(90),
    },
    {
      conversation: [
        makeMessage({ body: "What went well today?" }),
        makeMessage({
          seq: 2,
          author: "daisy",
          author_kind: "bot",
          body: "Three things: frost, a walk, soup.",
          by_hand: "ana",
        }),
      ],
      acts: [
        {
          kind: "answered",
          by: "Ana",
          at: minutesAgo(30),
          run: 2,
          step: null,
          revision: null,
          patch: [],
          message_id: null,
          from_message_id: null,
          reason: "",
          job: null,
        },
      ],
    },
  );
  letters.notes.set("f-1", "The model's server is down until 15:00. Replay after that.");
  letters.jobs.push(
    makeJob({ made_at: minutesAgo(3) }),
    makeJob({
      id: "j-2",
      state: "halted",
      why: "It stopped by itself: 1 letter failed again in the same way (APIConnectionError). Nothing more was sent.",
      stage: 0,
      pending: 35,
      sent: 0,
      resolved: 0,
      failed_again: 1,
      made_at: minutesAgo(40),
    }),
  );
}
