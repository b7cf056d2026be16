import { Icon } from "../../../shared/Icon";
import { Markdown } from "../../../shared/markdown/Markdown";
import { text } from "../../../shared/text";
import { clockTime } from "../../../shared/time";
import type { Outbox, PendingMessage } from "../outbox/outbox";
import message from "./MessageRow.module.css";
import styles from "./PendingRow.module.css";

interface PendingRowProps {
  readonly pending: PendingMessage;
  readonly heads: boolean;
  readonly outbox: Outbox;
}

/** The reader's own message that the server has not taken yet: shown at once, its text never lost. */
export function PendingRow({ pending, heads, outbox }: PendingRowProps) {
  const failed = pending.state !== "sending";
  return (
    <article className={message.mine} data-heads={heads}>
      <h2 className={message.spoken}>{text.chat.yours}</h2>
      <div className={message.bubble} data-pending={pending.state}>
        <Markdown body={pending.body} />
      </div>
      {failed ? (
        <p className={styles.failed} data-state={pending.state}>
          <Icon name="warning" />
          <span>
            {pending.state === "held"
              ? text.chat.held
              : `${text.chat.refused} ${pending.reason ?? ""}`}
          </span>
          <button
            type="button"
            className={styles.act}
            onClick={() => outbox.retry(pending.clientId)}
          >
            {text.chat.retry}
          </button>
          <button
            type="button"
            className={styles.act}
            onClick={() => outbox.remove(pending.clientId)}
          >
            {text.chat.delete}
          </button>
        </p>
      ) : (
        <span className={message.meta}>
          {clockTime(pending.createdAt)}
          <span className={styles.clock} title={text.chat.sending}>
            <Icon name="clock" />
            <span className={message.spoken}>{text.chat.sending}</span>
          </span>
        </span>
      )}
    </article>
  );
}
