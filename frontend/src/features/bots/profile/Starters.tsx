import type { BotView } from "../../../contracts.gen";
import { botText } from "../../../shared/botText";
import { Part } from "../../../shared/Part";
import { useStartConversation } from "../../people/useStartConversation";
import { answers } from "../botWords";
import styles from "./Starters.module.css";

const words = botText.page;

/** Messages that start a chat by one click. */
export function Starters({ bot }: { readonly bot: BotView }) {
  const start = useStartConversation();
  if (!answers(bot) || bot.persona.starters.length === 0) return null;
  return (
    <Part title={words.starters}>
      <p>{words.startersHint}</p>
      <div className={styles.starters}>
        {bot.persona.starters.map((starter) => (
          <button
            key={starter}
            type="button"
            className={styles.starter}
            disabled={start.isPending}
            onClick={() => start.mutate({ members: [bot.name], say: starter })}
          >
            {starter}
          </button>
        ))}
      </div>
    </Part>
  );
}
