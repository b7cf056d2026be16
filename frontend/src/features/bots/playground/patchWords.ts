// What a step changed, in words: pure. The server tells it as RFC 6902.

export interface Change {
  readonly what: "added" | "changed" | "removed" | "moved";
  /** As people write it: draft.body, messages[0].user. */
  readonly where: string;
  /** The new value as JSON, or as it is when it is a text; null when there is none. */
  readonly value: string | null;
}

const WHAT: Readonly<Record<string, Change["what"]>> = {
  add: "added",
  replace: "changed",
  remove: "removed",
  move: "moved",
  copy: "added",
};

/** Return the changes of a patch; operations that change nothing are left out. */
export function changesOf(patch: readonly Readonly<Record<string, unknown>>[]): readonly Change[] {
  return patch.flatMap((operation) => {
    const what = WHAT[String(operation.op)];
    if (!what) return [];
    const value = "value" in operation ? shown(operation.value) : null;
    return [{ what, where: placeOf(String(operation.path ?? "")), value }];
  });
}

/** Return a JSON pointer as people write a place; the whole payload is "payload". */
export function placeOf(pointer: string): string {
  const parts = pointer
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
  if (parts.length === 0) return "payload";
  return parts
    .map((part, index) => (/^(?:\d+|-)$/.test(part) && index > 0 ? `[${part}]` : `.${part}`))
    .join("")
    .replace(/^\./, "");
}

function shown(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value, null, 2);
}
