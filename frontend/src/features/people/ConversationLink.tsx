import { Link } from "@tanstack/react-router";
import { memo } from "react";
import { Avatar, GroupAvatar } from "../../shared/Avatar";
import { BotWord } from "../../shared/BotWord";
import { text } from "../../shared/text";
import { fullTime, listTime } from "../../shared/time";
import { useDraft, useLive } from "../chat/chatSession";
import type { ConversationLog } from "../chat/live/conversationLog";
import { displayName, nameOf, partnerIn } from "../chat/naming";
import styles from "./ConversationLink.module.css";

/** One conversation in the list: who, what was said last, what is unread. */
export const ConversationLink = memo(function ConversationLink({
  log,
}: {
  readonly log: ConversationLog;
}) {
  const me = useLive((state) => state.me);
  const partner = partnerIn(log, me);
  const name = nameOf(log, me);
  const last = log.lastMessage;
  return (
    <Link
      to="/c/$conversationId"
      params={{ conversationId: log.id }}
      className={styles.link}
      activeProps={{ "data-chosen": true }}
    >
      {partner ? <Avatar user={partner} /> : <GroupAvatar letter={[...name][0] ?? "#"} />}
      <span className={styles.middle}>
        <span className={styles.nameLine}>
          <span className={styles.name} data-unread={log.unread > 0}>
            {name}
          </span>
          {partner?.kind === "bot" ? <BotWord /> : null}
        </span>
        <Preview log={log} me={me} />
      </span>
      <span className={styles.end}>
        {last ? (
          <time dateTime={last.created_at} title={fullTime(last.created_at)}>
            {listTime(last.created_at)}
          </time>
        ) : null}
        {log.unread > 0 ? (
          <span className={styles.unread}>
            <span aria-hidden="true">{log.unread > 99 ? "99+" : log.unread}</span>
            <span className={styles.spoken}>{text.people.unread(log.unread)}</span>
          </span>
        ) : null}
      </span>
    </Link>
  );
});

function Preview({ log, me }: { readonly log: ConversationLog; readonly me: string }) {
  const draft = useDraft(log.id);
  const running = Object.values(log.turns).find(({ state }) => state === "running");
  if (running) {
    const bot = displayName(log, running.bot);
    return (
      <span className={styles.working}>
        {log.kind === "direct" ? text.people.working : `${bot} ${text.people.working}`}
      </span>
    );
  }
  if (draft) {
    return (
      <span className={styles.preview}>
        <b className={styles.draft}>{text.people.draft}</b> {draft}
      </span>
    );
  }
  const last = log.lastMessage;
  if (!last) return <span className={styles.preview}>{partnerPurpose(log, me)}</span>;
  const who = last.author === me ? `${text.chat.yours}: ` : "";
  const other = log.kind === "group" && !who ? `${displayName(log, last.author)}: ` : "";
  return <span className={styles.preview}>{`${who}${other}${last.body.slice(0, 120)}`}</span>;
}

function partnerPurpose(log: ConversationLog, me: string): string {
  return partnerIn(log, me)?.purpose ?? text.chat.members(log.members.length);
}
