import { Link } from "@tanstack/react-router";
import { useEffect } from "react";
import { botText } from "../../../shared/botText";
import { Icon } from "../../../shared/Icon";
import { LoadFailed } from "../../../shared/LoadFailed";
import { wordsFor } from "../../../shared/problem";
import { Stale } from "../../../shared/Stale";
import { text } from "../../../shared/text";
import { useChatSession } from "../../chat/chatSession";
import { useBotList } from "../useBots";
import { BotCard } from "./BotCard";
import { FirstBot } from "./FirstBot";
import styles from "./GalleryPage.module.css";

const words = botText.gallery;

/** Every bot there is: who it is, how it stands; one click to its page or to a chat. */
export function GalleryPage() {
  const { me } = useChatSession();
  const bots = useBotList();
  useEffect(() => {
    document.title = `${words.title} · ${text.product}`;
    return () => {
      document.title = text.product;
    };
  }, []);
  const items = bots.data?.items ?? [];
  return (
    <div className={styles.page}>
      <header className={styles.head}>
        <Link to="/" className={styles.back} aria-label={text.chat.back}>
          <Icon name="back" />
        </Link>
        <div className={styles.titles}>
          <h1>{words.title}</h1>
          <p>{words.lead}</p>
        </div>
        {me.operator ? (
          <Link to="/bots/new" className={styles.make}>
            <Icon name="plus" />
            {words.make}
          </Link>
        ) : null}
      </header>
      <Stale read={bots} />
      {bots.isError && !bots.data ? (
        <LoadFailed
          what={words.failed}
          why={wordsFor(bots.error)}
          onRetry={() => void bots.refetch()}
        />
      ) : null}
      {bots.isPending ? <p role="status">{text.loading}</p> : null}
      {bots.data && items.length === 0 ? <FirstBot operator={me.operator} /> : null}
      <ul className={styles.cards} aria-label={words.list} hidden={items.length === 0}>
        {items.map((bot) => (
          <li key={bot.name}>
            <BotCard bot={bot} />
          </li>
        ))}
      </ul>
    </div>
  );
}
