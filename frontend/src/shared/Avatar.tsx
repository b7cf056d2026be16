import type { UserView } from "../contracts.gen";
import styles from "./Avatar.module.css";

const TINTS = [styles.tint1, styles.tint2, styles.tint3, styles.tint4, styles.tint5, styles.tint6];

interface AvatarProps {
  readonly user: Pick<UserView, "username" | "display_name" | "kind" | "avatar">;
  readonly size?: "small" | "medium" | "large";
}

/** A face: a bot's emoji on a square, a person's first letter on a circle. The name stands beside it. */
export function Avatar({ user, size = "medium" }: AvatarProps) {
  const bot = user.kind === "bot";
  const letter = [...(user.display_name || user.username)][0]?.toUpperCase() ?? "?";
  const shape = bot ? styles.bot : `${styles.person} ${tintOf(user.username)}`;
  return (
    <span className={`${styles.avatar} ${styles[size]} ${shape}`} aria-hidden="true">
      {bot ? user.avatar || "🤖" : letter}
    </span>
  );
}

/** The face of a group: two people. */
export function GroupAvatar({ letter }: { readonly letter: string }) {
  return (
    <span className={`${styles.avatar} ${styles.medium} ${styles.group}`} aria-hidden="true">
      {letter}
    </span>
  );
}

function tintOf(username: string): string {
  let hash = 0;
  for (const char of username) hash = (hash * 31 + (char.codePointAt(0) ?? 0)) % 9973;
  return TINTS[hash % TINTS.length] ?? "";
}
