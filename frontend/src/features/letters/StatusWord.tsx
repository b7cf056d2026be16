import type { LetterRow } from "../../contracts.gen";
import { Icon, type IconName } from "../../shared/Icon";
import { letterText } from "../../shared/letterText";
import styles from "./StatusWord.module.css";

const ICONS: Readonly<Record<LetterRow["status"], IconName>> = {
  open: "warning",
  replaying: "again",
  resolved: "check",
  answered: "hand",
  dismissed: "close",
  cancelled: "stop",
  late: "clock",
  double: "copy",
};

/** A letter's state by icon and word. */
export function StatusWord({ status }: { readonly status: LetterRow["status"] }) {
  return (
    <span className={styles.status} data-status={status} title={letterText.statusMeaning[status]}>
      <Icon name={ICONS[status]} />
      {letterText.status[status]}
    </span>
  );
}

/** "3rd failure", when it has failed before. */
export function FailureBadge({ failures }: { readonly failures: number }) {
  if (failures < 2) return null;
  return <span className={styles.badge}>{letterText.inbox.failureNumber(failures)}</span>;
}
