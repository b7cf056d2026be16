import type { BotView } from "../../../contracts.gen";
import { ActButton } from "../../../shared/ActButton";
import { botText } from "../../../shared/botText";
import { LazyTextDiff } from "../../../shared/editor/LazyTextDiff";
import { fullTime } from "../../../shared/time";
import styles from "./Conflict.module.css";
import type { Base } from "./saveDecision";
import type { BotText } from "./useBotText";

const words = botText.conflict;

interface ConflictProps {
  readonly bot: BotText;
  readonly theirs: Base;
  readonly view: BotView;
}

/** Somebody else saved while this text was being written: both are shown, and neither is lost. */
export function Conflict({ bot, theirs, view }: ConflictProps) {
  return (
    <section className={styles.conflict} role="alert" aria-labelledby="conflict-title">
      <h2 id="conflict-title">{words.title}</h2>
      <p>
        {whoWords(view)} {words.lead}
      </p>
      <LazyTextDiff label={words.diff} before={theirs.text} after={bot.text} language="yaml" />
      <div className={styles.ways}>
        <ActButton onClick={bot.goOn}>{words.mine}</ActButton>
        <small>{words.mineHint}</small>
        <ActButton onClick={bot.takeTheirs}>{words.theirs}</ActButton>
        <small>{words.theirsHint}</small>
      </div>
    </section>
  );
}

function whoWords({ last_change, status }: BotView): string {
  if (!last_change || status === "broken") return "";
  const at = fullTime(last_change.at);
  return last_change.by ? words.by(last_change.by, at) : words.inFile(at);
}
