import type { MessageView } from "../../../contracts.gen";
import { Avatar } from "../../../shared/Avatar";
import { BotWord } from "../../../shared/BotWord";
import { Icon } from "../../../shared/Icon";
import { Markdown } from "../../../shared/markdown/Markdown";
import { text } from "../../../shared/text";
import { clockTime, fullTime, spanWords } from "../../../shared/time";
import { MessageActs } from "../../feedback/MessageActs";
import type { ConversationLog } from "../live/conversationLog";
import { displayName, memberOf } from "../naming";
import type { Quote, TimelineRow } from "./buildTimeline";
import styles from "./MessageRow.module.css";

interface MessageRowProps {
  readonly row: Extract<TimelineRow, { kind: "message" }>;
  readonly log: ConversationLog;
  readonly me: string;
}

/** A message: the reader's own at the right, others with face and name at the left. */
export function MessageRow({ row, log, me }: MessageRowProps) {
  const { message, heads, quote } = row;
  if (message.author === me) {
    return (
      <article className={styles.mine} data-heads={heads} data-seq={message.seq}>
        <h2 className={styles.spoken}>{text.chat.yours}</h2>
        <div className={styles.bubble}>
          <Markdown body={message.body} />
        </div>
        <Meta message={message} mine />
      </article>
    );
  }
  const author = memberOf(log, message.author, message.author_kind);
  return (
    <article className={styles.theirs} data-heads={heads} data-seq={message.seq}>
      {heads ? <Avatar user={author} /> : null}
      <div className={styles.content}>
        <h2 className={heads ? styles.name : styles.spoken}>
          {author.display_name}
          {message.author_kind === "bot" ? <BotWord /> : null}
          {heads ? <Meta message={message} /> : null}
        </h2>
        {quote ? <QuoteLine quote={quote} log={log} me={me} /> : null}
        {message.by_hand ? (
          <p className={styles.credit}>
            {text.chat.byHand(displayName(log, message.by_hand), author.display_name)}
          </p>
        ) : null}
        <div className={styles.line}>
          <Markdown body={message.body} />
          {heads ? null : <Meta message={message} quiet />}
        </div>
        {message.author_kind === "bot" ? <MessageActs message={message} /> : null}
      </div>
    </article>
  );
}

interface MetaProps {
  readonly message: MessageView;
  readonly mine?: boolean;
  /** Shown only while the message is pointed at or in focus. */
  readonly quiet?: boolean;
}

function Meta({ message, mine = false, quiet = false }: MetaProps) {
  return (
    <span className={quiet ? styles.quietMeta : styles.meta}>
      {message.edited_at ? <span>{text.chat.edited} · </span> : null}
      <time dateTime={message.created_at} title={fullTime(message.created_at)}>
        {clockTime(message.created_at)}
      </time>
      {mine ? (
        <span className={styles.state} title={text.chat.sent}>
          <Icon name="check" />
          <span className={styles.spoken}>{text.chat.sent}</span>
        </span>
      ) : null}
    </span>
  );
}

interface QuoteLineProps {
  readonly quote: Quote;
  readonly log: ConversationLog;
  readonly me: string;
}

/** What a message answers, when that does not stand right above it. */
function QuoteLine({ quote, log, me }: QuoteLineProps) {
  const { message, lateMs } = quote;
  const author =
    message && (message.author === me ? text.chat.yours : displayName(log, message.author));
  return (
    <p className={styles.quote}>
      <Icon name="quote" />
      <span className={styles.spoken}>{text.chat.quote}</span>
      <span className={styles.quoted}>
        {message ? (
          <>
            <b>{author}</b> {message.body.slice(0, 200)}
          </>
        ) : (
          text.chat.earlier
        )}
      </span>
      {lateMs === null ? null : <em>{text.chat.late(spanWords(lateMs))}</em>}
    </p>
  );
}
