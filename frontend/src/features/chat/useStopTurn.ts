import { useState } from "react";
import { chatApi } from "./chatApi";

export interface StopTurn {
  /** Turns whose end was asked for. */
  readonly stopping: ReadonlySet<string>;
  /** The turn that could not be stopped. */
  readonly failed: string | null;
  readonly stop: (turnId: string) => void;
}

/** Stop a turn at its next step; its end comes as an event, like every other end. */
export function useStopTurn(): StopTurn {
  const [stopping, setStopping] = useState<ReadonlySet<string>>(new Set());
  const [failed, setFailed] = useState<string | null>(null);
  const stop = (turnId: string) => {
    if (stopping.has(turnId)) return;
    setFailed(null);
    setStopping(new Set([...stopping, turnId]));
    chatApi.cancel(turnId).catch(() => {
      setFailed(turnId);
      setStopping((before) => new Set([...before].filter((id) => id !== turnId)));
    });
  };
  return { stopping, failed, stop };
}
