// The files that a new bot begins with: each works as it stands.

/** The smallest bot of use, in eight lines; for who edits the folder by hand. */
export const FIRST = `name: hello
persona:
  purpose: Say hello, and a little more.
steps:
  - class: Draft
  - class: Format
  - class: Gpt
  - class: Reply
`;

const TEMPLATE = `name: NAME
persona:
  display_name: SHOWN
  avatar: "🤖"
  purpose: Say in one line what the bot is for.
  greeting: Hello! What can I do for you?
  starters: [Hello]
steps:
  - class: Draft
  - class: Format
  - class: Guide
    config:
      before: You are friendly and brief. Answer in one or two sentences.
  - class: Gpt
    config: {max_tokens: 200}
  - class: Reply
`;

/** Return the file of a new bot of this name. */
export function templateFor(name: string): string {
  const shown = name
    .split("-")
    .filter((word) => word !== "")
    .map((word) => (word[0] ?? "").toUpperCase() + word.slice(1))
    .join(" ");
  // a word such as Yes or a number is no text in YAML unless it is quoted
  const safe = /^[A-Z][A-Za-z]*(?: [A-Z][A-Za-z]*)+$/.test(shown) ? shown : `"${shown}"`;
  const called = /^(?:y|n|yes|no|on|off|true|false|null)$/.test(name) ? `"${name}"` : name;
  return TEMPLATE.replace("NAME", called).replace("SHOWN", safe);
}
