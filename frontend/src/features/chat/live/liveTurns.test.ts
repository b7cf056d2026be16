import { describe, expect, it } from "vitest";
import {
  created,
  delta,
  ended,
  failed,
  makeView,
  progress,
  started,
} from "../../../testing/builders";
import { applyFrame, type ConversationFrame } from "./applyFrame";
import { logFromView } from "./conversationLog";

const AFTER_START = [started(1)];

function logAfter(...frames: ConversationFrame[]) {
  return frames.reduce(
    (log, frame) => applyFrame(log, frame, "ana", 1000),
    logFromView(makeView()),
  );
}

function textAfter(...frames: ConversationFrame[]): string | undefined {
  return logAfter(...AFTER_START, ...frames).live["t-1"]?.streamed?.text;
}

describe("streamed text", () => {
  it.each([
    ["grows piece by piece", [delta(0, "Hel"), delta(1, "lo")], "Hello"],
    ["begins anew at index 0", [delta(0, "Hel"), delta(0, "Ciao")], "Ciao"],
    ["is forgotten at a gap", [delta(0, "Hel"), delta(2, "!")], ""],
    [
      "stays forgotten until index 0",
      [delta(0, "a"), delta(2, "c"), delta(1, "b"), delta(2, "c")],
      "",
    ],
    ["starts only at index 0", [delta(3, "late")], undefined],
    [
      "is forgotten when another try begins in its middle",
      [delta(0, "a"), delta(1, "b", { attempt: 2 })],
      "",
    ],
    ["of another step replaces it", [delta(0, "a"), delta(0, "b", { step: "format" })], "b"],
    ["of an older run is ignored", [started(2, { run: 2 }), delta(0, "old")], undefined],
    [
      "goes when the message comes",
      [delta(0, "Hello"), created(2, { author: "daisy", turn_id: "t-1" })],
      undefined,
    ],
    ["goes when the turn ends", [delta(0, "Hello"), ended(2)], undefined],
    ["goes when the turn fails", [delta(0, "Hello"), failed(2)], undefined],
    [
      "of the run before goes when the next run begins",
      [delta(0, "Hello"), started(2, { run: 2 })],
      undefined,
    ],
  ])("%s", (_name, frames, expected) => {
    expect(textAfter(...frames)).toBe(expected);
  });
});

describe("progress", () => {
  it("is kept with our own clock and its lease", () => {
    const step = logAfter(started(1), progress({ position: 2, lease_seconds: 5 })).live["t-1"]
      ?.step;
    expect(step).toMatchObject({ position: 2, leaseMs: 5000, heardAt: 1000 });
  });

  it("that overtook its turn is there when the turn begins", () => {
    expect(logAfter(progress(), started(1)).live["t-1"]?.step?.step).toBe("think");
  });

  it("stays when a message comes in the middle of a turn", () => {
    const log = logAfter(started(1), progress(), created(2, { author: "daisy", turn_id: "t-1" }));
    expect(log.live["t-1"]?.step?.step).toBe("think");
  });
});

describe("turns", () => {
  it("that fail keep what people are told", () => {
    expect(logAfter(started(1), failed(2)).turns["t-1"]).toMatchObject({
      state: "parked",
      reference: "W-4F2A",
      answers: ["m-1"],
    });
  });

  it.each([
    ["done", 0],
    ["cancelled", 1],
  ] as const)("that end as %s leave %i notes", (end, notes) => {
    const log = logAfter(started(1), ended(2, { end }));
    expect(log.turns).toEqual({});
    expect(log.stopped).toHaveLength(notes);
  });
});
