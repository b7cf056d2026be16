import { useCallback, useMemo, useState } from "react";
import { Icon } from "../../../shared/Icon";
import { text } from "../../../shared/text";
import { useChatSession, useOutbox } from "../chatSession";
import type { ConversationLog } from "../live/conversationLog";
import type { StopTurn } from "../useStopTurn";
import { buildTimeline } from "./buildTimeline";
import { EmptyConversation } from "./EmptyConversation";
import styles from "./MessageList.module.css";
import { Row } from "./Row";
import { TurnsAtWork } from "./TurnsAtWork";
import { useNewAfter } from "./useNewAfter";
import { usePinnedScroll } from "./usePinnedScroll";

interface MessageListProps {
  readonly log: ConversationLog;
  readonly me: string;
  readonly stop: StopTurn;
}

/** All that was said, and what is being worked on, with the reading position kept. */
export function MessageList({ log, me, stop }: MessageListProps) {
  const { client, outbox } = useChatSession();
  const pending = useOutbox((state) => state.pending);
  const newAfter = useNewAfter(log);
  const rows = useMemo(
    () => buildTimeline({ log, pending, me, newAfter }),
    [log, pending, me, newAfter],
  );
  const older = useOlder(log);
  const onSeen = useCallback(() => client.markRead(log.id), [client, log.id]);
  const scroll = usePinnedScroll({
    log,
    me,
    sentCount: rows.filter(({ kind }) => kind === "pending").length,
    onSeen,
    onTop: older.onTop,
  });
  const empty = rows.length === 0 && log.older === null;
  return (
    <div className={styles.frame}>
      <div
        ref={scroll.scroller}
        className={styles.scroller}
        onScroll={scroll.onScroll}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the list scrolls, by the keyboard too
        tabIndex={0}
      >
        <div ref={scroll.content} className={styles.content}>
          <OlderNote log={log} failed={older.failed} loading={older.loading} onRetry={older.load} />
          {empty ? (
            <EmptyConversation log={log} me={me} onSay={(s) => outbox.add(log.id, s)} />
          ) : null}
          <div
            role="log"
            aria-label={text.chat.messages}
            aria-busy={older.loading}
            className={styles.rows}
          >
            {rows.map((row) => (
              <Row key={row.key} row={row} log={log} me={me} outbox={outbox} />
            ))}
          </div>
          <TurnsAtWork log={log} stop={stop} />
        </div>
      </div>
      {scroll.pinned ? null : (
        <button
          type="button"
          className={styles.jump}
          aria-label={text.chat.jumpLabel(scroll.newCount)}
          onClick={scroll.jump}
        >
          <Icon name="down" />
          {text.chat.jump(scroll.newCount)}
        </button>
      )}
    </div>
  );
}

function doNothing(): void {}

function useOlder(log: ConversationLog) {
  const { client } = useChatSession();
  const [loading, setLoading] = useState(false);
  const [failed, setFailed] = useState(false);
  const load = useCallback(() => {
    if (loading || log.older === null) return;
    setLoading(true);
    setFailed(false);
    client
      .loadOlder(log.id)
      .catch(() => setFailed(true))
      .finally(() => setLoading(false));
  }, [client, log.id, log.older, loading]);
  // after a failure only a click tries again: reaching the top would try without end
  return { load, onTop: failed ? doNothing : load, loading, failed };
}

interface OlderNoteProps {
  readonly log: ConversationLog;
  readonly failed: boolean;
  readonly loading: boolean;
  readonly onRetry: () => void;
}

function OlderNote({ log, failed, loading, onRetry }: OlderNoteProps) {
  if (failed) {
    return (
      <p className={styles.older}>
        {text.chat.olderFailed}{" "}
        <button type="button" className={styles.again} onClick={onRetry}>
          {text.retry}
        </button>
      </p>
    );
  }
  if (loading) return <p className={styles.older}>{text.chat.loadingOlder}</p>;
  return log.older === null && log.messages.length > 0 ? (
    <p className={styles.older}>{text.chat.beginning}</p>
  ) : null;
}
