import { Link } from "@tanstack/react-router";
import type { BotView } from "../../../contracts.gen";
import { ActButton } from "../../../shared/ActButton";
import { Avatar } from "../../../shared/Avatar";
import { BotWord } from "../../../shared/BotWord";
import { botText } from "../../../shared/botText";
import { DialogProblem } from "../../../shared/Dialog";
import { Facts } from "../../../shared/Facts";
import { Icon } from "../../../shared/Icon";
import { wordsFor } from "../../../shared/problem";
import { fullTime } from "../../../shared/time";
import { useChatSession } from "../../chat/chatSession";
import { useStartConversation } from "../../people/useStartConversation";
import { BotState } from "../BotState";
import { answers, asUser, nameOf, shortDigest } from "../botWords";
import styles from "./BotHead.module.css";

const words = botText.page;

/** Who the bot is, which version serves, and what one can do here. */
export function BotHead({ bot }: { readonly bot: BotView }) {
  const { me } = useChatSession();
  const start = useStartConversation();
  const params = { name: bot.name };
  return (
    <header className={styles.head}>
      <div className={styles.who}>
        <Avatar user={asUser(bot)} size="large" />
        <div className={styles.names}>
          <h1>
            {nameOf(bot)} <BotWord />
          </h1>
          <p className={styles.handle}>
            @{bot.name} <BotState bot={bot} />
          </p>
        </div>
      </div>
      {bot.persona.purpose ? <p className={styles.purpose}>{bot.persona.purpose}</p> : null}
      {bot.status === "removed" ? (
        <section className={styles.removed} aria-label={words.removedTitle}>
          <b>{words.removedTitle}</b> {words.removed}
        </section>
      ) : null}
      <div className={styles.acts}>
        {answers(bot) ? (
          <ActButton
            main
            icon="send"
            disabled={start.isPending}
            onClick={() => start.mutate({ members: [bot.name] })}
          >
            {words.chat}
          </ActButton>
        ) : null}
        {bot.status === "removed" ? null : (
          <Link to="/bots/$name/edit" params={params} className={styles.link}>
            <Icon name={me.operator ? "edit" : "note"} />
            {me.operator ? words.edit : words.read}
          </Link>
        )}
        <Link to="/bots/$name/history" params={params} className={styles.link}>
          <Icon name="history" />
          {words.history}
        </Link>
      </div>
      {start.isError ? (
        <DialogProblem>
          {botText.gallery.chatFailed} {wordsFor(start.error)}
        </DialogProblem>
      ) : null}
      <Facts
        facts={[
          [words.owner, bot.persona.owner],
          [
            words.version,
            bot.revision ? words.number(bot.number, shortDigest(bot.revision)) : null,
          ],
          [words.changed, changedWords(bot)],
          [words.file, words.path(bot.file)],
        ]}
      />
    </header>
  );
}

function changedWords({ last_change }: BotView): string | null {
  if (!last_change) return null;
  const at = fullTime(last_change.at);
  return last_change.by ? words.changedBy(at, last_change.by) : words.changedInFile(at);
}
