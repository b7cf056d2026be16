// What may be written at a place of a bot's file: from the schema of bot files and the classes of steps.
import type { StepKindView } from "../../../contracts.gen";
import { type Place, placeAt } from "./yamlPlace";

export interface Suggestion {
  readonly label: string;
  /** What is written when it is chosen. */
  readonly apply: string;
  readonly detail: string;
  readonly explains: string;
}

export interface Suggestions {
  readonly from: number;
  readonly options: readonly Suggestion[];
}

/** The part of JSON Schema that bot files use. */
export interface Schema {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly examples?: readonly unknown[];
  readonly default?: unknown;
  readonly required?: readonly string[];
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Schema>>;
}

type Kinds = readonly StepKindView[];

/** Return what may stand at an offset of a bot's file; null where nothing is known. */
export function suggest(
  text: string,
  offset: number,
  schema: Schema,
  kinds: Kinds,
): Suggestions | null {
  const place = placeAt(text, offset);
  if (!place) return null;
  const options =
    place.key === null ? keysAt(place, schema, kinds) : valuesAt(place, schema, kinds);
  return options.length > 0 ? { from: place.from, options } : null;
}

function keysAt(place: Place, schema: Schema, kinds: Kinds): Suggestion[] {
  const found = schemaAt(place, schema, kinds);
  if (!found) return [];
  const { root, at } = found;
  const required = new Set(at.required ?? []);
  return Object.entries(at.properties ?? {})
    .filter(([key]) => !place.beside.includes(key))
    .sort(([a], [b]) => Number(required.has(b)) - Number(required.has(a)))
    .map(([key, one]) => ({
      label: key,
      apply: `${key}:${isNested(one, root) ? "" : " "}`,
      detail: typeOf(one, root),
      explains: explained(one, root),
    }));
}

function valuesAt(place: Place, schema: Schema, kinds: Kinds): Suggestion[] {
  if (place.key === "class" && isStep(place.path)) {
    return kinds.map(({ class_name, builtin, doc }) => ({
      label: class_name,
      apply: class_name,
      detail: builtin ? "built in" : "own",
      explains: doc,
    }));
  }
  const found = schemaAt(place, schema, kinds);
  const one = found?.at.properties?.[place.key ?? ""];
  if (!found || !one) return [];
  return valuesOf(one, found.root).map((value) => ({
    label: String(value),
    apply: asYaml(value),
    detail: "",
    explains: explained(one, found.root),
  }));
}

/** A plain word stays as it is; any other text is quoted. */
function asYaml(value: unknown): string {
  const plain = typeof value !== "string" || /^[A-Za-z_][\w./@-]*$/.test(value);
  return plain ? String(value) : JSON.stringify(value);
}

function valuesOf(one: Schema, root: Schema): unknown[] {
  const whole = resolve(one, root);
  const all = [whole, ...(whole.anyOf ?? []).map((part) => resolve(part, root))];
  const values = all.flatMap((part) => [
    ...(part.enum ?? []),
    ...(part.const === undefined ? [] : [part.const]),
    ...(part.type === "boolean" ? [true, false] : []),
    ...(part.examples ?? []),
  ]);
  const plain = values.filter((value) => ["string", "number", "boolean"].includes(typeof value));
  return [...new Set(plain)];
}

/** Return the object's schema at a place, and the root that its references mean. */
function schemaAt(place: Place, schema: Schema, kinds: Kinds): { root: Schema; at: Schema } | null {
  let root = schema;
  let at: Schema = schema;
  for (const [index, part] of place.path.entries()) {
    if (part === "config" && isStep(place.path.slice(0, index))) {
      const kind = kinds.find(({ class_name }) => class_name === place.stepClass);
      if (!kind) return null;
      root = kind.config_schema as Schema;
      at = root;
      continue;
    }
    const next = part === "[]" ? at.items : at.properties?.[part];
    if (!next) return null;
    at = objectOf(next, root);
  }
  return { root, at };
}

function isStep(path: readonly string[]): boolean {
  return path.length === 2 && path[0] === "steps" && path[1] === "[]";
}

/** The schema itself, or the one of its choices that has keys or entries. */
function objectOf(one: Schema, root: Schema): Schema {
  const whole = resolve(one, root);
  const choices = (whole.anyOf ?? []).map((part) => resolve(part, root));
  return choices.find(({ properties, items }) => properties || items) ?? whole;
}

function isNested(one: Schema, root: Schema): boolean {
  const { properties, items, type } = objectOf(one, root);
  return Boolean(properties ?? items) || type === "object" || type === "array";
}

function typeOf(one: Schema, root: Schema): string {
  const whole = resolve(one, root);
  const all = [whole, ...(whole.anyOf ?? []).map((part) => resolve(part, root))];
  if (all.some((part) => part.enum)) return "one of a few";
  const types = all.flatMap(({ type }) => type ?? []).filter((type) => type !== "null");
  return [...new Set(types.map((type) => TYPE_WORDS[type] ?? type))].join(" or ");
}

const TYPE_WORDS: Readonly<Record<string, string>> = {
  string: "text",
  integer: "whole number",
  number: "number",
  boolean: "true or false",
  array: "list",
  object: "keys",
};

function explained(one: Schema, root: Schema): string {
  const whole = resolve(one, root);
  const told = one.description ?? whole.description ?? "";
  const usual = one.default ?? whole.default;
  const plain = ["string", "number", "boolean"].includes(typeof usual) && usual !== "";
  return plain ? `${told} Default: ${usual}.`.trimStart() : told;
}

function resolve(one: Schema, root: Schema): Schema {
  const name = one.$ref?.match(/^#\/\$defs\/(.+)$/)?.[1];
  return (name ? root.$defs?.[name] : undefined) ?? one;
}
