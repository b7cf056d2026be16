import type { UserView } from "../../contracts.gen";
import { Avatar } from "../../shared/Avatar";
import { BotWord } from "../../shared/BotWord";
import { text } from "../../shared/text";
import { useChatSession } from "../chat/chatSession";
import styles from "./HomePage.module.css";
import { useStartConversation } from "./useStartConversation";
import { useUsers } from "./useUsers";

const STARTERS_SHOWN = 2; // on one card

/** What is shown while no conversation is open: the bots, ready to be spoken to. */
export function HomePage() {
  const { me } = useChatSession();
  const users = useUsers("");
  const bots = (users.data ?? []).filter(({ kind, active }) => kind === "bot" && active);
  return (
    <div className={styles.page}>
      <h1 className={styles.title}>{greeting(me.display_name)}</h1>
      <p className={styles.lead}>
        {users.data && bots.length === 0 ? text.people.noBots : text.home.lead}
      </p>
      <ul className={styles.cards}>
        {bots.map((bot) => (
          <li key={bot.id}>
            <BotCard bot={bot} />
          </li>
        ))}
      </ul>
    </div>
  );
}

function BotCard({ bot }: { readonly bot: UserView }) {
  const start = useStartConversation();
  const members = [bot.username];
  return (
    <article className={styles.card}>
      <button
        type="button"
        className={styles.open}
        aria-label={`${bot.display_name}: ${text.home.sayHello}`}
        onClick={() => start.mutate({ members })}
      >
        <Avatar user={bot} size="large" />
        <span className={styles.name}>
          {bot.display_name} <BotWord />
        </span>
        <span className={styles.purpose}>{bot.purpose || `@${bot.username}`}</span>
      </button>
      <div className={styles.starters}>
        {bot.starters.slice(0, STARTERS_SHOWN).map((starter) => (
          <button
            key={starter}
            type="button"
            className={styles.starter}
            title={starter}
            onClick={() => start.mutate({ members, say: starter })}
          >
            {starter}
          </button>
        ))}
      </div>
    </article>
  );
}

function greeting(name: string): string {
  const hour = new Date().getHours();
  if (hour < 12) return text.home.morning(name);
  return hour < 18 ? text.home.afternoon(name) : text.home.evening(name);
}
