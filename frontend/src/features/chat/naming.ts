// What a conversation and its members are called: pure.
import type { UserView } from "../../contracts.gen";
import type { ConversationLog } from "./live/conversationLog";

const NAMES_SHOWN = 4; // of an untitled group

/** Return the members other than the reader. */
export function othersIn(log: ConversationLog, me: string): readonly UserView[] {
  return log.members.filter(({ username }) => username !== me);
}

/**
 * Return the one other member of a direct conversation; the reader in a conversation with oneself.
 * A person who was called into it is a third: the bot it is with stays the partner.
 */
export function partnerIn(log: ConversationLog, me: string): UserView | null {
  if (log.kind !== "direct") return null;
  const others = othersIn(log, me);
  return others.find(({ kind }) => kind === "bot") ?? others[0] ?? log.members[0] ?? null;
}

/** Return the name of a conversation as its list and heading show it. */
export function nameOf(log: ConversationLog, me: string): string {
  if (log.title) return log.title;
  const names = othersIn(log, me).map(({ display_name }) => display_name);
  if (names.length === 0) return log.members[0]?.display_name ?? "";
  return names.slice(0, NAMES_SHOWN).join(", ") + (names.length > NAMES_SHOWN ? "…" : "");
}

/** Return the name of a member; one who left is called by the username. */
export function displayName(log: ConversationLog, username: string): string {
  return log.members.find((member) => member.username === username)?.display_name ?? username;
}

/** Return a member for the avatar; one who left is made up from the name. */
export function memberOf(
  log: ConversationLog,
  username: string,
  kind: UserView["kind"],
): Pick<UserView, "username" | "display_name" | "kind" | "avatar"> {
  const known = log.members.find((member) => member.username === username);
  return known ?? { username, display_name: username, kind, avatar: "" };
}

/** Return all conversations, the one with the newest message first. */
export function byActivity(logs: Readonly<Record<string, ConversationLog>>): ConversationLog[] {
  const at = (log: ConversationLog) => log.lastMessage?.created_at ?? log.createdAt;
  return Object.values(logs).sort((a, b) => Date.parse(at(b)) - Date.parse(at(a)));
}
