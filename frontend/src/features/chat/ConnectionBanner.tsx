import { CLOSE_CODE } from "../../contracts.gen";
import { Icon } from "../../shared/Icon";
import { text } from "../../shared/text";
import { useNow } from "../../shared/useNow";
import styles from "./ConnectionBanner.module.css";
import { useChatSession, useLive } from "./chatSession";
import type { Connection } from "./live/liveStore";

const words = text.connection;

/** Says how the connection stands, when there is something to say; writing stays possible. */
export function ConnectionBanner() {
  const { client } = useChatSession();
  const connection = useLive((state) => state.connection);
  const now = useNow(500, connection.phase === "waiting");
  const said = wordsOf(connection, now);
  const stuck = connection.phase === "waiting" || connection.phase === "stopped";
  return (
    <div className={styles.place} role="status">
      {said ? (
        <div className={styles.banner} data-phase={connection.phase}>
          <Icon name={connection.phase === "live" ? "check" : "offline"} />
          <span>{said}</span>
          {stuck ? (
            <button type="button" className={styles.act} onClick={() => client.tryNow()}>
              {connection.phase === "stopped" ? words.again : words.tryNow}
            </button>
          ) : null}
        </div>
      ) : null}
    </div>
  );
}

function wordsOf(connection: Connection, now: number): string | null {
  switch (connection.phase) {
    case "connecting":
    case "catching-up":
      return null; // a moment; a banner would only flicker
    case "live":
      return connection.caughtUp === null ? null : words.caughtUp(connection.caughtUp);
    case "offline":
      return words.offline;
    case "waiting":
      return words.waiting(Math.max(0, Math.ceil((connection.retryAt - now) / 1000)));
    case "stopped":
      return wordsOfStop(connection.code);
  }
}

function wordsOfStop(code: number): string {
  switch (code) {
    case CLOSE_CODE.NO_SESSION:
      return words.loggedOut;
    case CLOSE_CODE.TOO_MANY_TABS:
      return words.tooManyTabs;
    case CLOSE_CODE.FORBIDDEN:
      return words.forbidden;
    default:
      return words.broken;
  }
}
