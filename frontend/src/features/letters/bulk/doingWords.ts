// What a replay of many does right now, in words: pure.
import type { ReplayJob } from "../../../contracts.gen";
import { bulkText } from "../../../shared/bulkText";

const words = bulkText.job;
const LAST_STAGE = 3; // stages before it wait until every outcome is known

/** Return what a job does or waits for; it never says more than its figures do. */
export function doingWords({ state, stage, sent, pending, pace }: ReplayJob): string {
  const onTheWay = sent > 0 ? words.onTheWay(sent) : "";
  switch (state) {
    case "running":
      if (pending === 0) return sent > 0 ? words.awaitsLast(sent) : words.ending;
      if (stage < LAST_STAGE && sent > 0) return words.awaits(sent);
      return words.sends(pace);
    case "paused":
      return `${words.paused} ${onTheWay}`.trim();
    case "halted":
      return `${words.halted} ${onTheWay}`.trim();
    case "stopped":
    case "done":
      return onTheWay;
  }
}
