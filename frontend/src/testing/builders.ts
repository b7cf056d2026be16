// Small makers of contract objects for tests: everything has a default, tests name what matters.
import type {
  ConversationView,
  Me,
  MessageCreated,
  MessageView,
  TurnDelta,
  TurnEnded,
  TurnFailed,
  TurnProgress,
  TurnStarted,
  TurnView,
  UserView,
} from "../contracts.gen";

export const CONVERSATION = "c-1";
export const AT = "2026-11-22T10:00:00Z";

export function makeMe(change: Partial<Me> = {}): Me {
  return { id: "u-ana", username: "ana", display_name: "Ana", operator: true, ...change };
}

export function makeUser(change: Partial<UserView> = {}): UserView {
  const username = change.username ?? "ana";
  return {
    id: `u-${username}`,
    username,
    display_name: username[0]?.toUpperCase() + username.slice(1),
    kind: "person",
    avatar: "",
    purpose: "",
    greeting: "",
    starters: [],
    active: true,
    ...change,
  };
}

export function makeBot(change: Partial<UserView> = {}): UserView {
  return makeUser({
    username: "daisy",
    kind: "bot",
    avatar: "📔",
    purpose: "Five minutes a day for what went well.",
    greeting: "Hi! What went well today?",
    starters: ["Hello"],
    ...change,
  });
}

export function makeMessage(change: Partial<MessageView> = {}): MessageView {
  const seq = change.seq ?? 1;
  return {
    id: `m-${seq}`,
    conversation_id: CONVERSATION,
    seq,
    author: "ana",
    author_kind: "person",
    body: `message ${seq}`,
    created_at: AT,
    turn_id: null,
    in_reply_to: null,
    client_id: null,
    metadata: {},
    edited_at: null,
    by_hand: null,
    late_seconds: null,
    approved_by: null,
    corrected_by: null,
    original: null,
    ...change,
  };
}

export function makeView(change: Partial<ConversationView> = {}): ConversationView {
  return {
    id: CONVERSATION,
    kind: "direct",
    title: null,
    members: [makeUser(), makeBot()],
    last_seq: 0,
    read_seq: 0,
    unread: 0,
    last_message: null,
    turns: [],
    takeover: null,
    created_at: AT,
    ...change,
  };
}

export function makeTurn(change: Partial<TurnView> = {}): TurnView {
  return {
    id: "t-1",
    conversation_id: CONVERSATION,
    bot: "daisy",
    revision: "r-1",
    state: "running",
    run: 1,
    stream: true,
    answers: ["m-1"],
    steps: [
      { id: "think", kind: "gpt" },
      { id: "reply", kind: "reply" },
    ],
    failure: null,
    reference: null,
    waiting_for: null,
    created_at: AT,
    started_at: AT,
    ended_at: null,
    ...change,
  };
}

export function created(seq: number, change: Partial<MessageView> = {}): MessageCreated {
  const message = makeMessage({ seq, ...change });
  return { type: "message.created", conversation: message.conversation_id, seq, message };
}

export function started(seq: number, change: Partial<TurnStarted> = {}): TurnStarted {
  const { bot, stream, answers, steps } = makeTurn();
  return {
    type: "turn.started",
    conversation: CONVERSATION,
    seq,
    turn_id: "t-1",
    run: 1,
    bot,
    stream,
    answers,
    steps,
    at: AT,
    ...change,
  };
}

export function failed(seq: number, change: Partial<TurnFailed> = {}): TurnFailed {
  return {
    type: "turn.failed",
    conversation: CONVERSATION,
    seq,
    turn_id: "t-1",
    run: 1,
    bot: "daisy",
    step: "think",
    reason: "failed",
    text: "Daisy's helper did not answer. Your message is kept safe; a person was told.",
    reference: "W-4F2A",
    at: AT,
    ...change,
  };
}

export function ended(seq: number, change: Partial<TurnEnded> = {}): TurnEnded {
  return {
    type: "turn.ended",
    conversation: CONVERSATION,
    seq,
    turn_id: "t-1",
    run: 1,
    bot: "daisy",
    end: "done",
    at: AT,
    ...change,
  };
}

export function progress(change: Partial<TurnProgress> = {}): TurnProgress {
  return {
    type: "turn.progress",
    conversation: CONVERSATION,
    turn_id: "t-1",
    run: 1,
    bot: "daisy",
    step: "think",
    position: 1,
    total: 2,
    attempt: 1,
    activity: "thinking",
    lease_seconds: 10,
    at: AT,
    ...change,
  };
}

export function delta(index: number, text: string, change: Partial<TurnDelta> = {}): TurnDelta {
  return {
    type: "turn.delta",
    conversation: CONVERSATION,
    turn_id: "t-1",
    run: 1,
    step: "think",
    attempt: 1,
    index,
    text,
    ...change,
  };
}
