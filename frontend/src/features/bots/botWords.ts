// A bot in words: pure.
import type { BotView, UserView } from "../../contracts.gen";
import { botText } from "../../shared/botText";

export function nameOf(bot: BotView): string {
  return bot.persona.display_name ?? bot.name;
}

/** Return the bot as the face and the chat know it. */
export function asUser(
  bot: BotView,
): Pick<UserView, "username" | "display_name" | "kind" | "avatar"> {
  return { username: bot.name, display_name: nameOf(bot), kind: "bot", avatar: bot.persona.avatar };
}

/** Return whether some revision of it answers now. */
export function answers(bot: BotView): boolean {
  return bot.status !== "removed" && bot.revision !== null;
}

/** Return its state in words. */
export function stateWords(bot: BotView): string {
  if (bot.status === "removed") return botText.state.removed;
  if (bot.status === "serving") return botText.state.serving;
  return bot.revision === null ? botText.state.never : botText.state.held;
}

/** Return the first of a digest, enough to tell revisions apart. */
export function shortDigest(digest: string): string {
  return digest.slice(0, 12);
}
