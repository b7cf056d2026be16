import { Link } from "@tanstack/react-router";
import type { BotView } from "../../../contracts.gen";
import { ActButton } from "../../../shared/ActButton";
import { Avatar } from "../../../shared/Avatar";
import { BotWord } from "../../../shared/BotWord";
import { botText } from "../../../shared/botText";
import { DialogProblem } from "../../../shared/Dialog";
import { wordsFor } from "../../../shared/problem";
import { useStartConversation } from "../../people/useStartConversation";
import { BotState } from "../BotState";
import { answers, asUser, nameOf } from "../botWords";
import styles from "./BotCard.module.css";

const words = botText.gallery;

/** One bot of the gallery: the card opens its page, the button starts a chat. */
export function BotCard({ bot }: { readonly bot: BotView }) {
  const start = useStartConversation();
  const name = nameOf(bot);
  return (
    <article className={styles.card}>
      <div className={styles.who}>
        <Avatar user={asUser(bot)} size="large" />
        <div className={styles.names}>
          <h2>
            <Link
              to="/bots/$name"
              params={{ name: bot.name }}
              className={styles.open}
              aria-label={words.open(name)}
            >
              {name}
            </Link>{" "}
            <BotWord />
          </h2>
          <p className={styles.handle}>@{bot.name}</p>
        </div>
      </div>
      <p className={styles.purpose}>{bot.persona.purpose}</p>
      <BotState bot={bot} />
      {start.isError ? (
        <DialogProblem>
          {words.chatFailed} {wordsFor(start.error)}
        </DialogProblem>
      ) : null}
      {answers(bot) ? (
        <p className={styles.acts}>
          <ActButton
            icon="send"
            label={words.chat(name)}
            disabled={start.isPending}
            onClick={() => start.mutate({ members: [bot.name] })}
          >
            {botText.page.chat}
          </ActButton>
        </p>
      ) : null}
    </article>
  );
}
