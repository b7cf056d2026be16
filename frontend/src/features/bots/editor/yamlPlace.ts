// Where in a bot's file the cursor stands: under which keys, at a key or at its value. Pure, and made
// for text in the making: it reads lines and their indentation, not a whole document.

export interface Place {
  /** The keys above, from the top; "[]" is an entry of a list. */
  readonly path: readonly string[];
  /** The key whose value is being written; null while a key is. */
  readonly key: string | null;
  /** What stands of the word so far, and where it begins in the text. */
  readonly word: string;
  readonly from: number;
  /** The keys that the same object has already. */
  readonly beside: readonly string[];
  /** The class of the step that this belongs to; null outside of a step. */
  readonly stepClass: string | null;
}

const ENTRY = "[]";
const LINE = /^(\s*)((?:-\s+)*)(-$)?(.*)$/;
const PAIR = /^(["']?)([\w$.-]+)\1:(?:\s+(.*)|)$/;

interface Line {
  /** The column of the first dash, or of the key. */
  readonly indent: number;
  /** The column of the key, behind its dashes. */
  readonly column: number;
  readonly dashes: number;
  readonly key: string | null;
  readonly value: string;
  readonly empty: boolean;
}

/** Return the place of an offset; null where nothing can be completed. */
export function placeAt(text: string, offset: number): Place | null {
  const above = text.slice(0, offset).split("\n");
  const head = above.pop() ?? "";
  const lines = above.map(parse);
  if (/(^|\s)#/.test(head)) return null;
  const [, spaces = "", dashes = "", , rest = ""] = head.match(LINE) ?? [];
  const column = spaces.length + dashes.length;
  if (insideBlockText(above, column)) return null;
  const list = dashes !== "";
  const around = climb(lines, column, list ? spaces.length : null);
  const after = text.slice(offset).split("\n").slice(1).map(parse);
  const beside = [...(list ? [] : around.keys), ...keysBelow(after, column)];
  const base = { beside, stepClass: stepClassOf(around, after, column) };
  const from = (word: string) => offset - word.length;
  const pair = rest.match(/^(["']?)([\w$.-]+)\1:\s+(.*)$/);
  if (pair) {
    const [, , key = "", value = ""] = pair;
    const inline = value.match(/^\{([^{}]*)$/);
    if (inline) return inlinePlace(inline[1] ?? "", [...around.path, key], base, from);
    if (/^[[{|>&*]/.test(value)) return null;
    return { ...base, path: around.path, key, word: value, from: from(value) };
  }
  if (!/^["']?[\w$.-]*$/.test(rest)) return null;
  return { ...base, path: around.path, key: null, word: rest, from: from(rest) };
}

/** A place within `{a: 1, b` on one line. */
function inlinePlace(
  inside: string,
  path: readonly string[],
  base: Pick<Place, "beside" | "stepClass">,
  from: (word: string) => number,
): Place | null {
  const parts = inside.split(",");
  const last = (parts.pop() ?? "").trimStart();
  const beside = parts.map((part) => part.split(":")[0]?.trim() ?? "");
  const pair = last.match(/^([\w$.-]+):\s+(.*)$/);
  if (pair) {
    const [, key = "", value = ""] = pair;
    return { ...base, beside, path, key, word: value, from: from(value) };
  }
  if (!/^[\w$.-]*$/.test(last)) return null;
  return { ...base, beside, path, key: null, word: last, from: from(last) };
}

interface Around {
  readonly path: readonly string[];
  /** Keys of the same object that stand above. */
  readonly keys: readonly string[];
  /** The value of `class` that was met on the way up, in the step that this belongs to. */
  readonly stepClass: string | null;
  /** The column of the keys of that step; null outside of one. */
  readonly stepColumn: number | null;
}

/** Go up from a column to the top; dash is where the line's own dash stands. */
function climb(lines: readonly Line[], column: number, dash: number | null): Around {
  const path: string[] = [];
  const keys: string[] = [];
  let stepClass: string | null = null;
  let stepColumn: number | null = dash === null ? null : column;
  let classes = new Map<number, string>();
  let limit = dash ?? column;
  let inList = dash !== null;
  let own = dash === null; // still among the keys of the same object
  if (inList) path.unshift(ENTRY);
  for (const line of [...lines].reverse()) {
    if (line.empty) continue;
    if (line.key === "class" && !classes.has(line.column)) {
      classes.set(line.column, line.value);
    }
    const sibling = line.column === limit && !inList;
    if (sibling && own && line.key) keys.push(line.key);
    if (sibling && line.dashes > 0) {
      // the first key of the entry that this belongs to
      path.unshift(ENTRY);
      stepColumn = line.column;
      stepClass = classes.get(line.column) ?? null;
      classes = new Map();
      limit = line.indent;
      inList = true;
      own = false;
      continue;
    }
    const parent = inList
      ? line.dashes === 0 && line.column <= limit
      : line.column < limit && line.indent < limit;
    if (!parent) {
      if (line.indent < limit) break; // no shape that is known
      continue;
    }
    if (line.key === null || line.value !== "") break;
    path.unshift(line.key);
    own = false;
    limit = line.column;
    inList = false;
    if (line.dashes > 0) {
      path.unshift(ENTRY);
      stepColumn = line.column;
      stepClass = classes.get(line.column) ?? null;
      limit = line.indent;
      inList = true;
    }
  }
  const step = path[0] === "steps" && path[1] === ENTRY;
  return { path, keys, stepClass: step ? stepClass : null, stepColumn: step ? stepColumn : null };
}

/** The class may also stand below: then it is looked for until the step ends. */
function stepClassOf(around: Around, after: readonly Line[], column: number): string | null {
  if (around.stepClass || around.stepColumn === null) return around.stepClass;
  const wanted = around.path.length === 2 ? column : around.stepColumn;
  for (const line of after) {
    if (line.empty) continue;
    if (line.column < wanted || line.indent < wanted) return null;
    if (line.column === wanted && line.key === "class") return line.value;
  }
  return null;
}

function keysBelow(after: readonly Line[], column: number): string[] {
  const keys: string[] = [];
  for (const line of after) {
    if (line.empty) continue;
    if (line.indent < column) break;
    if (line.column === column && line.key) keys.push(line.key);
  }
  return keys;
}

/** A text after | or > goes on while its lines are deeper than its key. */
function insideBlockText(above: readonly string[], column: number): boolean {
  let limit = column;
  for (const raw of [...above].reverse()) {
    if (raw.trim() === "") continue;
    const line = parse(raw);
    if (line.indent >= limit) continue;
    if (/^[|>][-+0-9]*$/.test(line.value) && line.column < column) return true;
    limit = line.indent;
  }
  return false;
}

function parse(raw: string): Line {
  const [, spaces = "", dashes = "", bare = "", rest = ""] = raw.match(LINE) ?? [];
  const content = rest.replace(/(^|\s)#.*$/, "").trimEnd();
  const [, , key = null, value = ""] = content.match(PAIR) ?? [];
  return {
    indent: spaces.length,
    column: spaces.length + dashes.length,
    dashes: dashes.length + bare.length,
    key,
    value: value ?? "",
    empty: content === "" && dashes === "" && bare === "",
  };
}
