import { Link } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { Avatar, GroupAvatar } from "../../shared/Avatar";
import { BotWord } from "../../shared/BotWord";
import { Icon } from "../../shared/Icon";
import { takeoverText } from "../../shared/takeoverText";
import { text } from "../../shared/text";
import type { Takeover } from "../takeover/useTakeover";
import styles from "./ConversationHeader.module.css";
import type { ConversationLog } from "./live/conversationLog";
import { nameOf, partnerIn } from "./naming";

const TakeoverDialog = lazy(async () => ({
  default: (await import("../takeover/TakeoverDialog")).TakeoverDialog,
}));

interface ConversationHeaderProps {
  readonly log: ConversationLog;
  readonly me: string;
  readonly takeover: Takeover;
}

/** Whom one talks with. */
export function ConversationHeader({ log, me, takeover }: ConversationHeaderProps) {
  const [open, setOpen] = useState(false);
  const partner = partnerIn(log, me);
  const name = nameOf(log, me);
  return (
    <header className={styles.header}>
      <Link to="/" className={styles.back} aria-label={text.chat.back}>
        <Icon name="back" />
      </Link>
      {partner ? <Avatar user={partner} /> : <GroupAvatar letter={[...name][0] ?? "#"} />}
      <div className={styles.words}>
        <h1 className={styles.name}>
          <span>{name}</span>
          {partner?.kind === "bot" ? <BotWord /> : null}
          {partner && !partner.active ? (
            <small className={styles.removed}>{text.people.removed}</small>
          ) : null}
        </h1>
        <p className={styles.about}>
          {partner ? partner.purpose || `@${partner.username}` : membersOf(log)}
        </p>
      </div>
      {partner?.kind === "bot" ? (
        <Link
          to="/bots/$name"
          params={{ name: partner.username }}
          className={styles.info}
          aria-label={text.chat.aboutBot(name)}
          title={text.chat.aboutBot(name)}
        >
          <Icon name="info" />
        </Link>
      ) : null}
      {log.members.some(({ kind }) => kind === "bot") ? (
        <button
          type="button"
          className={styles.info}
          aria-label={takeoverText.menu}
          title={takeoverText.menu}
          onClick={() => setOpen(true)}
        >
          <Icon name="hand" />
        </button>
      ) : null}
      {open ? (
        <Suspense>
          <TakeoverDialog
            taken={log.takeover !== null}
            takeover={takeover}
            onClose={() => setOpen(false)}
          />
        </Suspense>
      ) : null}
    </header>
  );
}

function membersOf(log: ConversationLog): string {
  const names = log.members.map(({ kind, display_name, username }) =>
    kind === "bot" ? `${display_name} (${text.people.bot} @${username})` : display_name,
  );
  return `${text.chat.members(names.length)}: ${names.join(", ")}`;
}
