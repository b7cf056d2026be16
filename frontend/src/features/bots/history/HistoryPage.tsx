import { useState } from "react";
import type { BotView, Publication } from "../../../contracts.gen";
import { ActButton } from "../../../shared/ActButton";
import { botText } from "../../../shared/botText";
import type { Tagged } from "../../../shared/http";
import { LoadFailed } from "../../../shared/LoadFailed";
import { wordsFor } from "../../../shared/problem";
import { text } from "../../../shared/text";
import { fullTime } from "../../../shared/time";
import { useChatSession } from "../../chat/chatSession";
import { shortDigest } from "../botWords";
import { PageFrame } from "../PageFrame";
import { useBot, usePublications } from "../useBots";
import { Compare } from "./Compare";
import styles from "./HistoryPage.module.css";
import { RollbackDialog } from "./RollbackDialog";

const words = botText.history;

/** Every publication of a bot, the difference between two, and the way back to one. */
export function HistoryPage({ name }: { readonly name: string }) {
  const bot = useBot(name);
  const read = usePublications(name);
  const items = (read.data?.pages ?? []).flatMap((page) => page.items);
  return (
    <PageFrame title={words.title(name)} bot={name}>
      <h1>{words.title(name)}</h1>
      <p>{words.lead}</p>
      {read.isError && !read.data ? (
        <LoadFailed
          what={words.failed}
          why={wordsFor(read.error)}
          onRetry={() => void read.refetch()}
        />
      ) : null}
      {read.isPending ? <p role="status">{text.loading}</p> : null}
      {read.data && items.length === 0 ? <p>{words.none}</p> : null}
      {items.length > 0 ? <Publications bot={bot.data ?? null} name={name} items={items} /> : null}
      {read.hasNextPage ? (
        <ActButton disabled={read.isFetchingNextPage} onClick={() => void read.fetchNextPage()}>
          {words.more}
        </ActButton>
      ) : null}
      <Compare key={items[0]?.number ?? 0} name={name} items={items} />
    </PageFrame>
  );
}

interface PublicationsProps {
  readonly name: string;
  readonly bot: Tagged<BotView> | null;
  readonly items: readonly Publication[];
}

function Publications({ name, bot, items }: PublicationsProps) {
  const { me } = useChatSession();
  const [to, setTo] = useState<number | null>(null);
  const [done, setDone] = useState<number | null>(null);
  const broken = bot !== null && bot.body.status === "broken";
  return (
    <>
      {done === null ? null : <p role="status">{words.rolledBack(done)}</p>}
      <ol className={styles.list} aria-label={words.list}>
        {items.map((item) => (
          <li key={item.number} data-current={item.current}>
            <div className={styles.line}>
              <b>{words.number(item.number)}</b>
              {item.current ? <span className={styles.now}>{words.now}</span> : null}
              {item.digest === null ? <span>{words.gone}</span> : null}
              <span className={styles.about}>
                {fullTime(item.published_at)} · {item.by ? words.by(item.by) : words.inFile}
              </span>
              {item.digest ? <code>{shortDigest(item.digest)}</code> : null}
            </div>
            {item.note ? <p>{item.note}</p> : null}
            {me.operator && bot && item.digest && (!item.current || broken) ? (
              <ActButton
                icon="history"
                label={words.rollbackTo(item.number)}
                onClick={() => {
                  setDone(null);
                  setTo(item.number);
                }}
              >
                {words.rollback}
              </ActButton>
            ) : null}
          </li>
        ))}
      </ol>
      {to !== null && bot ? (
        <RollbackDialog
          name={name}
          number={to}
          bot={bot}
          onDone={(number) => {
            setTo(null);
            setDone(number);
          }}
          onClose={() => setTo(null)}
        />
      ) : null}
    </>
  );
}
