import { ActButton } from "../../shared/ActButton";
import { Icon } from "../../shared/Icon";
import { takeoverText } from "../../shared/takeoverText";
import { listTime } from "../../shared/time";
import { useNow } from "../../shared/useNow";
import type { ConversationLog } from "../chat/live/conversationLog";
import styles from "./TakeoverBanner.module.css";
import type { Takeover } from "./useTakeover";

interface TakeoverBannerProps {
  readonly log: ConversationLog;
  readonly me: string;
  readonly takeover: Takeover;
}

/** Says who has taken the conversation over, and what became of the last act. */
export function TakeoverBanner({ log, me, takeover }: TakeoverBannerProps) {
  const now = useNow(10_000, log.takeover !== null);
  const taken = log.takeover && Date.parse(log.takeover.until) > now ? log.takeover : null;
  const until = taken ? listTime(taken.until) : "";
  return (
    <div role="status">
      {taken ? (
        <div className={styles.banner}>
          <Icon name="hand" />
          <span>
            {taken.by === me
              ? takeoverText.yours(until)
              : takeoverText.theirs(taken.by_name, until)}
          </span>
          <ActButton onClick={() => void takeover.run({ act: "release" })}>
            {takeoverText.release}
          </ActButton>
        </div>
      ) : null}
      {takeover.said ? <div className={styles.banner}>{takeover.said}</div> : null}
    </div>
  );
}
