// What is wrong with a JSON text, and where: against its grammar, then against a JSON Schema. Pure.
import { type OutputUnit, type Schema, Validator } from "@cfworker/json-schema";
import { jsonLanguage } from "@codemirror/lang-json";
import { letterText } from "../../../shared/letterText";

/** One fault: from and to are places in the text, line counts from 1. */
export interface JsonFault {
  readonly from: number;
  readonly to: number;
  readonly line: number;
  readonly what: string;
}

/** The value of a text, or null with the faults that keep it from being one. */
export interface CheckedJson {
  readonly value: Record<string, unknown> | null;
  readonly faults: readonly JsonFault[];
}

// These only say that something within is wrong, and that stands at its own place.
const CARRIERS = new Set([
  "$ref",
  "$defs",
  "properties",
  "items",
  "prefixItems",
  "allOf",
  "anyOf",
  "oneOf",
]);

/** Check a text. Without a schema only its grammar counts. */
export function checkJson(content: string, schema: object | null): CheckedJson {
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch {
    return { value: null, faults: [grammarFault(content)] };
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return {
      value: null,
      faults: [faultAt(content, 0, content.length, letterText.edit.notObject)],
    };
  }
  const faults = schema ? schemaFaults(content, value, schema) : [];
  return { value: faults.length === 0 ? (value as Record<string, unknown>) : null, faults };
}

function schemaFaults(content: string, value: object, schema: object): JsonFault[] {
  const { errors } = new Validator(schema as Schema, "2020-12", false).validate(value);
  const found = new Map<string, JsonFault>();
  for (const error of errors) {
    if (CARRIERS.has(error.keyword) || /Expected "null"/.test(error.error)) continue;
    const [from, to] = placeOf(content, error.instanceLocation);
    const fault = faultAt(content, from, to, wordsOf(error));
    found.set(`${fault.from} ${fault.what}`, fault);
  }
  return [...found.values()].sort((a, b) => a.from - b.from);
}

/** "Instance" is the library's word; people know the name of the key. */
function wordsOf({ instanceLocation, error }: OutputUnit): string {
  const key = instanceLocation.split("/").at(-1) ?? "#";
  const name = key === "#" ? "This" : /^\d+$/.test(key) ? `Entry ${Number(key) + 1}` : `“${key}”`;
  return error
    .replace(/^Instance type "(\w+)" is invalid\. Expected "([\w", ]+)"\.$/, (_all, is, wants) => {
      return `${name} is ${is}, must be ${String(wants).replaceAll('"', "")}.`;
    })
    .replace(/^Instance does not have required property "(.+)"\.$/, `${name} lacks “$1”.`)
    .replace(/^Instance/, name);
}

function grammarFault(content: string): JsonFault {
  let at = -1;
  jsonLanguage.parser.parse(content).iterate({
    enter: (node) => {
      if (node.type.isError && at < 0) at = node.from;
    },
  });
  const from = at < 0 ? content.length : at;
  return faultAt(content, from, Math.min(content.length, from + 1), letterText.edit.notJson);
}

/** Return where the value of a pointer such as "#/messages/0/body" stands. */
function placeOf(content: string, pointer: string): readonly [number, number] {
  const parts = pointer.split("/").slice(1).map(decode);
  let node = jsonLanguage.parser.parse(content).topNode.firstChild;
  for (const part of parts) {
    const inner = node && childAt(content, node, part);
    if (!inner) break;
    node = inner;
  }
  return node ? [node.from, node.to] : [0, content.length];
}

type Node = NonNullable<ReturnType<typeof jsonLanguage.parser.parse>["topNode"]["firstChild"]>;

function childAt(content: string, node: Node, part: string): Node | null {
  if (node.name === "Array") {
    const values = childrenOf(node).filter(({ name }) => !["[", "]", ",", "⚠"].includes(name));
    return values[Number(part)] ?? null;
  }
  for (const property of childrenOf(node)) {
    const name = property.name === "Property" ? property.firstChild : null;
    if (!name) continue;
    if (JSON.parse(content.slice(name.from, name.to)) === part) return property.lastChild;
  }
  return null;
}

function childrenOf(node: Node): Node[] {
  const children: Node[] = [];
  for (let child = node.firstChild; child; child = child.nextSibling) children.push(child);
  return children;
}

function decode(part: string): string {
  return decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~");
}

function faultAt(content: string, from: number, to: number, what: string): JsonFault {
  return { from, to, line: content.slice(0, from).split("\n").length, what };
}
