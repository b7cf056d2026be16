import type { ReplayJob } from "../../../contracts.gen";
import { bulkText } from "../../../shared/bulkText";
import { Icon, type IconName } from "../../../shared/Icon";
import styles from "./JobState.module.css";

const ICONS: Readonly<Record<ReplayJob["state"], IconName>> = {
  running: "again",
  paused: "pause",
  stopped: "stop",
  halted: "warning",
  done: "check",
};

/** How a replay of many stands, by icon and word. */
export function JobState({ state }: { readonly state: ReplayJob["state"] }) {
  return (
    <span className={styles.state} data-state={state}>
      <Icon name={ICONS[state]} />
      {bulkText.job.state[state]}
    </span>
  );
}
