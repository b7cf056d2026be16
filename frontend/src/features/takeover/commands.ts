// The commands that may be written in the field of a conversation. Pure.

export type Command =
  | { readonly act: "take"; readonly minutes: number }
  | { readonly act: "release" | "human" | "why" };

const DEFAULT_MINUTES = 60;
const MAX_MINUTES = 7 * 24 * 60; // as the route takes it

/** Return the command in a text; null when it is a message, as every other word behind a slash is. */
export function commandOf(text: string): Command | null {
  const words = text.trim().split(/\s+/);
  const [name, minutes] = words;
  if (name === "/take" && words.length <= 2) {
    const wanted = minutes === undefined ? DEFAULT_MINUTES : Number(minutes);
    const fits = Number.isInteger(wanted) && wanted >= 1 && wanted <= MAX_MINUTES;
    return fits ? { act: "take", minutes: wanted } : null;
  }
  if (words.length > 1) return null;
  switch (name) {
    case "/release":
      return { act: "release" };
    case "/human":
      return { act: "human" };
    case "/why":
      return { act: "why" };
    default:
      return null;
  }
}
