// What is being done with a draft, and which keys mean what meanwhile. Pure.
import { decisionOf, type KeyPress } from "./decideKeys";

export type DraftAct = "look" | "edit" | "reject" | "hand";

/** Return what a key press does while this act is open; approving is off while one rejects. */
export function decideKeys(press: KeyPress, act: DraftAct): "approve" | "reject" | null {
  const meant = decisionOf(press);
  return meant === "approve" && act !== "look" && act !== "edit" ? null : meant;
}
