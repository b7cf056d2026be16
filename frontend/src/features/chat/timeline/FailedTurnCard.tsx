import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { CopyButton } from "../../../shared/CopyButton";
import { Icon } from "../../../shared/Icon";
import { wordsFor } from "../../../shared/problem";
import { text } from "../../../shared/text";
import { useNow } from "../../../shared/useNow";
import { chatApi } from "../chatApi";
import { useChatSession } from "../chatSession";
import { isTriedAgain, type LiveTurn, type OpenTurn } from "../live/conversationLog";
import styles from "./FailedTurnCard.module.css";
import { turnWords } from "./turnWords";

const words = text.turn;

interface FailedTurnCardProps {
  readonly turn: OpenTurn;
  readonly live: LiveTurn | null;
  readonly bot: string;
}

/** A turn that stopped: what happened, what is safe, what to do; then how the next try goes on. */
export function FailedTurnCard({ turn, live, bot }: FailedTurnCardProps) {
  const again = isTriedAgain(turn);
  const title = again ? words.again(bot) : words.failedTitle(bot);
  return (
    <section
      className={styles.card}
      // two failures of one bot are two places: each has a name of its own
      aria-label={turn.reference ? `${title}, ${turn.reference}` : title}
      data-again={again}
    >
      <span className={styles.icon}>
        <Icon name={again ? "again" : "warning"} />
      </span>
      <div className={styles.words}>
        <h2 className={styles.title}>{title}</h2>
        {again ? (
          <Progress turn={turn} live={live} bot={bot} />
        ) : (
          <p className={styles.what}>{turn.failure || words.failedSafe}</p>
        )}
        {turn.reference ? (
          <p className={styles.reference}>
            {words.reference} <code>{turn.reference}</code>
            <CopyButton content={turn.reference} label={words.copyReference} />
          </p>
        ) : null}
        <Acts key={`${turn.run}${turn.state}`} turn={turn} again={again} />
      </div>
    </section>
  );
}

/** Where the next try stands; its every second is not read out. */
function Progress({ turn, live, bot }: FailedTurnCardProps) {
  const now = useNow(1000);
  const step = live?.run === turn.run ? live.step : null;
  return (
    <p className={styles.what} aria-live="off">
      {turnWords({ turn, step, bot, now }).line}
    </p>
  );
}

/** What may be done about it; a refusal stands here, in the server's words. */
function Acts({ turn, again }: { readonly turn: OpenTurn; readonly again: boolean }) {
  const { me } = useChatSession();
  const retry = useMutation({ mutationFn: () => chatApi.retry(turn.id) });
  const cancel = useMutation({ mutationFn: () => chatApi.cancel(turn.id) });
  const error = retry.error ?? cancel.error;
  // what was asked for shows itself by an event: until then nothing can be asked twice
  const asked = retry.isPending || retry.isSuccess || cancel.isPending || cancel.isSuccess;
  const start = (act: typeof retry) => {
    retry.reset();
    cancel.reset();
    act.mutate();
  };
  return (
    <>
      {error ? (
        <p className={styles.refused} role="alert">
          {wordsFor(error)}
        </p>
      ) : null}
      <div className={styles.acts}>
        {again ? null : (
          <button type="button" disabled={asked} onClick={() => start(retry)}>
            <Icon name="again" />
            {retry.isPending || retry.isSuccess ? words.trying : words.tryAgain}
          </button>
        )}
        <button
          type="button"
          disabled={asked}
          title={again ? undefined : words.cancelHint}
          onClick={() => start(cancel)}
        >
          {again ? <Icon name="stop" /> : null}
          {again ? words.stop : words.cancel}
        </button>
        {me.operator && turn.reference ? (
          <Link to="/dead-letters/$letter" params={{ letter: turn.reference }}>
            {words.openLetter}
          </Link>
        ) : null}
      </div>
    </>
  );
}
