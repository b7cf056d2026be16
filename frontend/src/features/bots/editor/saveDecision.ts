// What a save means, and what a refusal of it means: pure.
import { Refused } from "../../../shared/problem";

/** As a new bot; or over the state that was read. */
export type WayToSave =
  | { readonly kind: "create" }
  | { readonly kind: "replace"; readonly etag: string };

/** What the editor began with: the file's text and its state; no state where there is no file. */
export interface Base {
  readonly text: string;
  readonly etag: string | null;
}

export type Saving =
  | { readonly kind: "nothing" }
  | { readonly kind: "nameless" }
  | { readonly kind: "save"; readonly name: string; readonly way: WayToSave };

/** Decide what a save does. name is null for a new bot: then it is the one in the text. */
export function decideSave(name: string | null, text: string, base: Base): Saving {
  if (base.etag !== null && text === base.text) return { kind: "nothing" };
  const called = name ?? nameIn(text);
  if (called === null) return { kind: "nameless" };
  return { kind: "save", name: called, way: wayOver(base.etag) };
}

/** Return the way to save over a state; where there is no file, it is made. */
export function wayOver(etag: string | null): WayToSave {
  return etag === null ? { kind: "create" } : { kind: "replace", etag };
}

/** Return the headers that say which state is meant. */
export function headersFor(way: WayToSave): Record<string, string> {
  return way.kind === "create" ? { "If-None-Match": "*" } : { "If-Match": way.etag };
}

/** Return whether somebody else was first: then both texts have to be looked at. */
export function isConflict(error: unknown): boolean {
  return error instanceof Refused && error.problem.status === 412;
}

const NAME = /^[a-z][a-z0-9-]{1,62}$/;

export function isBotName(name: string): boolean {
  return NAME.test(name);
}

/** Return the bot's name in a text; null when there is none that a bot may have. */
export function nameIn(text: string): string | null {
  const [, , name = ""] = text.match(/^name:[ \t]+(["']?)([^\s"'#]+)\1[ \t]*(?:#.*)?$/m) ?? [];
  return isBotName(name) ? name : null;
}
