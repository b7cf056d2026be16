import { memo } from "react";
import { text } from "../../../shared/text";
import { dayLine } from "../../../shared/time";
import type { ConversationLog } from "../live/conversationLog";
import { displayName } from "../naming";
import type { Outbox } from "../outbox/outbox";
import type { TimelineRow } from "./buildTimeline";
import { FailedTurnCard } from "./FailedTurnCard";
import { MessageRow } from "./MessageRow";
import { PendingRow } from "./PendingRow";
import styles from "./Row.module.css";

interface RowProps {
  readonly row: TimelineRow;
  readonly log: ConversationLog;
  readonly me: string;
  readonly outbox: Outbox;
}

/** One row of the list, by its kind. */
export const Row = memo(
  function Row({ row, log, me, outbox }: RowProps) {
    switch (row.kind) {
      case "day":
        return <div className={styles.day}>{dayLine(row.at)}</div>;
      case "unread":
        return (
          <div className={styles.unread} data-unread-line="true">
            <span>{text.chat.newLine}</span>
          </div>
        );
      case "message":
        return <MessageRow row={row} log={log} me={me} />;
      case "pending":
        return <PendingRow pending={row.pending} heads={row.heads} outbox={outbox} />;
      case "failed":
        return (
          <FailedTurnCard turn={row.turn} live={row.live} bot={displayName(log, row.turn.bot)} />
        );
      case "stopped":
        return (
          <p className={styles.note}>{endWords(row.turn.end)(displayName(log, row.turn.bot))}</p>
        );
    }
  },
  (before, after) => sameRow(before.row, after.row) && before.log.members === after.log.members,
);

function endWords(end: "cancelled" | "dismissed"): (bot: string) => string {
  return end === "cancelled" ? text.turn.stopped : text.turn.givenUp;
}

/** Rows are made anew with every change of the log; what they show mostly stays. */
function sameRow(a: TimelineRow, b: TimelineRow): boolean {
  if (a.kind === "message" && b.kind === "message") {
    return (
      a.message === b.message &&
      a.heads === b.heads &&
      a.quote?.message === b.quote?.message &&
      a.quote?.lateMs === b.quote?.lateMs
    );
  }
  if (a.kind === "pending" && b.kind === "pending") {
    return a.pending === b.pending && a.heads === b.heads;
  }
  if (a.kind === "failed" && b.kind === "failed") return a.turn === b.turn && a.live === b.live;
  return a.kind === b.kind && a.key === b.key;
}
