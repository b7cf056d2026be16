import { ActionIcon } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { lazy, Suspense, useDeferredValue, useState } from "react";
import { Icon } from "../../shared/Icon";
import { LoadFailed } from "../../shared/LoadFailed";
import { Logo } from "../../shared/Logo";
import { wordsFor } from "../../shared/problem";
import { text } from "../../shared/text";
import { useChatSession } from "../chat/chatSession";
import { WaitingLink } from "../decisions/WaitingLink";
import { OpenLetters } from "../letters/OpenLetters";
import { AccountButton } from "./AccountButton";
import { BotsLink } from "./BotsLink";
import { ConversationList } from "./ConversationList";
import { SearchField } from "./SearchField";
import styles from "./Sidebar.module.css";
import { UserList } from "./UserList";
import { useStartConversation } from "./useStartConversation";

const words = text.people;

const NewGroup = lazy(async () => ({ default: (await import("./NewGroup")).NewGroup }));

/** The left column: conversations, and everybody one can talk with. */
export function Sidebar() {
  const { me } = useChatSession();
  const [query, setQuery] = useState("");
  const [grouping, setGrouping] = useState(false);
  const wanted = useDeferredValue(query.trim().toLowerCase());
  const start = useStartConversation();
  return (
    <nav className={styles.sidebar} aria-label={words.navigation}>
      <header className={styles.head}>
        <Link to="/" className={styles.home}>
          <Logo />
          <span>{text.product}</span>
        </Link>
        <ActionIcon
          variant="subtle"
          color="gray"
          size="lg"
          className={styles.tool ?? ""}
          aria-label={words.newGroup}
          title={words.newGroup}
          onClick={() => setGrouping(true)}
        >
          <Icon name="people" />
        </ActionIcon>
        <AccountButton />
      </header>
      <SearchField value={query} onChange={setQuery} />
      <WaitingLink />
      <BotsLink />
      {me.operator ? <OpenLetters /> : null}
      <div className={styles.lists}>
        {start.isError ? (
          <LoadFailed
            what={words.startFailed}
            why={wordsFor(start.error)}
            onRetry={() => start.variables && start.mutate(start.variables)}
          />
        ) : null}
        <ConversationList query={wanted} />
        <UserList
          query={wanted}
          onPick={(user) => {
            setQuery("");
            start.mutate({ members: [user.username] });
          }}
        />
      </div>
      {grouping ? (
        <Suspense>
          <NewGroup onClose={() => setGrouping(false)} />
        </Suspense>
      ) : null}
    </nav>
  );
}
