import type { UserView } from "../../contracts.gen";
import { Avatar } from "../../shared/Avatar";
import { BotWord } from "../../shared/BotWord";
import { LoadFailed } from "../../shared/LoadFailed";
import { wordsFor } from "../../shared/problem";
import { text } from "../../shared/text";
import { useLive } from "../chat/chatSession";
import section from "./ListSection.module.css";
import styles from "./UserList.module.css";
import { useUsers } from "./useUsers";

const words = text.people;

interface UserListProps {
  readonly query: string;
  readonly onPick: (user: UserView) => void;
}

/** Everybody one can talk with: bots with their purpose, then people. A click starts a conversation. */
export function UserList({ query, onPick }: UserListProps) {
  const users = useUsers(query);
  const me = useLive((state) => state.me);
  if (users.isError && !users.data) {
    return (
      <LoadFailed
        what={words.failed}
        why={wordsFor(users.error)}
        onRetry={() => void users.refetch()}
      />
    );
  }
  if (!users.data) return <p className={section.note}>{text.loading}</p>;
  const others = users.data.filter(({ username, active }) => active && username !== me);
  const bots = others.filter(({ kind }) => kind === "bot");
  const people = others.filter(({ kind }) => kind === "person");
  if (query && others.length === 0) return <p className={section.note}>{words.nobody(query)}</p>;
  return (
    <>
      <Section id="bots-title" title={words.bots} users={bots} onPick={onPick}>
        {query ? null : words.noBots}
      </Section>
      <Section id="people-title" title={words.people} users={people} onPick={onPick}>
        {query ? null : words.alone}
      </Section>
    </>
  );
}

interface SectionProps {
  readonly id: string;
  readonly title: string;
  readonly users: readonly UserView[];
  readonly onPick: (user: UserView) => void;
  /** Said when there is nobody; null hides the section then. */
  readonly children: string | null;
}

function Section({ id, title, users, onPick, children }: SectionProps) {
  if (users.length === 0 && !children) return null;
  return (
    <section aria-labelledby={id}>
      <h2 className={section.title} id={id}>
        {title}
      </h2>
      {users.length === 0 ? <p className={section.note}>{children}</p> : null}
      <ul className={section.list}>
        {users.map((user) => (
          <li key={user.id}>
            <UserButton user={user} onPick={onPick} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function UserButton({
  user,
  onPick,
}: {
  readonly user: UserView;
  onPick: (user: UserView) => void;
}) {
  return (
    <button type="button" className={styles.user} onClick={() => onPick(user)}>
      <Avatar user={user} />
      <span className={styles.middle}>
        <span className={styles.nameLine}>
          <span className={styles.name}>{user.display_name}</span>
          {user.kind === "bot" ? <BotWord /> : null}
        </span>
        <span className={styles.purpose}>{user.purpose || `@${user.username}`}</span>
      </span>
    </button>
  );
}
