// A bot's text that is not saved yet, kept in this browser for one person: there again after a reload,
// gone at logout with all that is kept.
import { KEPT } from "../../../shared/keptStore";
import type { Base } from "./saveDecision";

/** What was written, and what it was written over. */
export interface KeptText {
  readonly text: string;
  readonly base: Base;
}

/** Under which a new bot's text is kept; no bot can be called so. */
export const NEW_BOT = "+new";

export function readKept(userId: string, bot: string): KeptText | null {
  try {
    const kept = localStorage.getItem(keyOf(userId, bot));
    return kept === null ? null : (JSON.parse(kept) as KeptText);
  } catch {
    return null;
  }
}

export function keep(userId: string, bot: string, kept: KeptText): void {
  try {
    localStorage.setItem(keyOf(userId, bot), JSON.stringify(kept));
  } catch {
    // storage is full or refused: the text still lives until the page is closed
  }
}

export function forget(userId: string, bot: string): void {
  try {
    localStorage.removeItem(keyOf(userId, bot));
  } catch {
    // no storage, nothing kept
  }
}

function keyOf(userId: string, bot: string): string {
  return `${KEPT}bot-texts.${userId}.${bot}`;
}
