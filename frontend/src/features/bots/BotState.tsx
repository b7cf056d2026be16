import type { BotView } from "../../contracts.gen";
import { Icon, type IconName } from "../../shared/Icon";
import styles from "./BotState.module.css";
import { stateWords } from "./botWords";

const ICONS: Readonly<Record<BotView["status"], IconName>> = {
  serving: "check",
  broken: "warning",
  removed: "close",
};

/** A bot's state by icon and words. */
export function BotState({ bot }: { readonly bot: BotView }) {
  return (
    <span className={styles.state} data-status={bot.status}>
      <Icon name={ICONS[bot.status]} />
      {stateWords(bot)}
    </span>
  );
}
