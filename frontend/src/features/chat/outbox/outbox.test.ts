import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Refused, Unreachable } from "../../../shared/problem";
import { makeMessage } from "../../../testing/builders";
import { Outbox } from "./outbox";

const send = vi.fn();
const onSent = vi.fn();
const onLogIn = vi.fn();
let outbox: Outbox;

const make = () => new Outbox({ userId: "u-ana", send, onSent, onLogIn });
const states = () => outbox.store.getState().pending.map(({ body, state }) => `${body}: ${state}`);
const refusal = (status: number) =>
  new Refused({ type: "t", title: "Refused", status, detail: "No.", trace_id: "x", errors: [] });
const soon = () => vi.advanceTimersByTimeAsync(1);

beforeEach(() => {
  vi.useFakeTimers();
  for (const mock of [send, onSent, onLogIn]) mock.mockReset();
  send.mockImplementation(async (_id, key, body) => makeMessage({ client_id: key, body }));
  outbox = make();
});

afterEach(() => {
  outbox.close();
  vi.useRealTimers();
});

it("sends a message and forgets it when the server has taken it", async () => {
  outbox.add("c-1", "hello");
  expect(states()).toEqual(["hello: sending"]);
  await soon();
  expect(onSent).toHaveBeenCalledOnce();
  expect(states()).toEqual([]);
});

it("sends one after the other within a conversation", async () => {
  const order: string[] = [];
  send.mockImplementation(async (_id, _key, body) => {
    order.push(`${body} begins`);
    await Promise.resolve();
    order.push(`${body} ends`);
    return makeMessage();
  });
  outbox.add("c-1", "a");
  outbox.add("c-1", "b");
  await soon();
  expect(order).toEqual(["a begins", "a ends", "b begins", "b ends"]);
});

it("holds what got no answer, and those behind it, and sends them again by the same keys in order", async () => {
  send.mockRejectedValueOnce(new Unreachable());
  outbox.add("c-1", "a");
  outbox.add("c-1", "b");
  await soon();
  expect(states()).toEqual(["a: held", "b: held"]);
  outbox.retryHeld();
  await soon();
  expect(states()).toEqual([]);
  const calls = send.mock.calls.map(([, key, body]) => ({ key, body }));
  expect(calls.map(({ body }) => body)).toEqual(["a", "a", "b"]);
  expect(calls[0]?.key).toBe(calls[1]?.key);
});

it("tries held messages again by itself", async () => {
  send.mockRejectedValueOnce(new Unreachable());
  outbox.add("c-1", "a");
  await vi.advanceTimersByTimeAsync(5_001);
  expect(states()).toEqual([]);
});

it.each([
  [422, "refused"],
  [404, "refused"],
  [403, "refused"],
  [409, "held"],
  [429, "held"],
  [500, "held"],
  [503, "held"],
])("a %i leaves the text, %s", async (status, state) => {
  send.mockRejectedValueOnce(refusal(status));
  outbox.add("c-1", "a");
  await soon();
  expect(states()).toEqual([`a: ${state}`]);
});

it("goes on with the next message after a refused one", async () => {
  send.mockRejectedValueOnce(refusal(422));
  outbox.add("c-1", "a");
  outbox.add("c-1", "b");
  await soon();
  expect(states()).toEqual(["a: refused"]);
});

it("asks for a login after a 401 and keeps the text", async () => {
  send.mockRejectedValueOnce(refusal(401));
  outbox.add("c-1", "a");
  await soon();
  expect(onLogIn).toHaveBeenCalledOnce();
  expect(states()).toEqual(["a: held"]);
});

it("keeps what was not sent over a reload of the page", async () => {
  send.mockRejectedValueOnce(new Unreachable());
  outbox.add("c-1", "a");
  await soon();
  outbox.close();
  outbox = make();
  expect(states()).toEqual(["a: held"]);
});

it("deletes a message that its writer gives up", async () => {
  send.mockRejectedValueOnce(refusal(422));
  outbox.add("c-1", "a");
  await soon();
  outbox.remove(outbox.store.getState().pending[0]?.clientId ?? "");
  expect(states()).toEqual([]);
});

describe("two tabs", () => {
  let other: Outbox;

  beforeEach(() => {
    send.mockRejectedValue(new Unreachable());
    other = make();
  });

  afterEach(() => other.close());

  /** What a browser tells the other tabs about a key that changed in one. */
  const tell = (key: string | null) => window.dispatchEvent(new StorageEvent("storage", { key }));
  const keptKeys = () => Object.keys(localStorage).filter((key) => key.includes(".outbox."));

  it("keep what each of them wrote when both are closed, in order", async () => {
    outbox.add("c-1", "from the first");
    await vi.advanceTimersByTimeAsync(10);
    other.add("c-1", "from the second");
    await soon();
    outbox.close();
    other.close();
    outbox = make();
    expect(states()).toEqual(["from the first: held", "from the second: held"]);
  });

  it("show each other's, and send them when the writer is closed", async () => {
    other.add("c-1", "from the second");
    await soon();
    for (const key of keptKeys()) tell(key);
    expect(states()).toEqual(["from the second: held"]);
    other.close();
    send.mockImplementation(async (_id, key, body) => makeMessage({ client_id: key, body }));
    await vi.advanceTimersByTimeAsync(5_001);
    expect(states()).toEqual([]);
    expect(keptKeys()).toEqual([]);
  });

  it("forget what the other has sent", async () => {
    outbox.add("c-1", "from the first");
    await soon();
    const keys = keptKeys();
    for (const key of keys) localStorage.removeItem(key);
    for (const key of keys) tell(key);
    expect(states()).toEqual([]);
  });

  it("keep nothing for one who logged out while a message was on its way", async () => {
    outbox.add("c-1", "too late");
    localStorage.clear();
    outbox.close();
    await soon();
    expect(keptKeys()).toEqual([]);
  });
});
