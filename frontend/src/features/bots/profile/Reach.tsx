import type { BotView } from "../../../contracts.gen";
import { botText } from "../../../shared/botText";
import { Facts } from "../../../shared/Facts";
import { Part } from "../../../shared/Part";
import styles from "./Reach.module.css";

const words = botText.reaches;

/** What the serving revision can reach, and what it keeps of people. */
export function Reach({ bot }: { readonly bot: BotView }) {
  if (bot.revision === null) return null;
  const { hosts, model, bots, asks_approval, custom_code } = bot.reaches;
  return (
    <div className={styles.both}>
      <Part title={words.title}>
        <Facts
          facts={[
            [words.hosts, hosts.join(", ") || words.noHosts],
            [words.model, model ? words.asksModel : words.noModel],
            [words.bots, bots.join(", ") || words.noBots],
            [words.approval, asks_approval ? words.asks : words.speaks],
            [words.code, custom_code.join(", ") || words.noCode],
          ]}
        />
      </Part>
      <Part title={botText.remembers.title}>
        <p>{bot.remembers ? botText.remembers.yes : botText.remembers.no}</p>
      </Part>
    </div>
  );
}
