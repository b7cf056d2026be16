// What can be said of a sign-up before the server is asked. The server's word is the last.
import { text } from "../../shared/text";

const USERNAME = /^[a-z][a-z0-9_.-]{1,62}$/; // as warren.contracts.names.USERNAME
const SHORTEST_PASSWORD = 8;

/** Return what is wrong with a username, or null. */
export function usernameFault(username: string): string | null {
  if (!username) return text.account.needsUsername;
  return USERNAME.test(username) ? null : text.account.badUsername;
}

/** Return what is wrong with a password, or null. */
export function passwordFault(password: string): string | null {
  return [...password].length < SHORTEST_PASSWORD ? text.account.shortPassword : null;
}
