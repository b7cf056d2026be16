// What a newer reading of the file means for the text in the editor: pure.
import type { Base } from "./saveDecision";

export type Meanwhile =
  /** Nobody else saved. */
  | "same"
  /** It moved on, and nothing of ours is lost by moving with it. */
  | "follow"
  /** Somebody else saved, and we have a text that is not saved. */
  | "conflict"
  /** Its file is gone. */
  | "gone";

/** Decide by texts: the state's name may be written otherwise on its way. */
export function meanwhile(text: string, base: Base, now: Base): Meanwhile {
  if (now.etag === null) return base.etag === null ? "same" : "gone";
  if (base.etag === null) return "follow";
  if (now.text === base.text) return "same";
  if (now.text === text || text === base.text) return "follow";
  return "conflict";
}
