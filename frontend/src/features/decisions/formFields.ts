// The fields of a question's form, from its JSON Schema. Pure.

export interface FormField {
  readonly name: string;
  readonly label: string;
  readonly type: "text" | "number" | "integer" | "boolean" | "choice";
  readonly choices: readonly string[];
  readonly required: boolean;
}

interface Property {
  readonly type?: unknown;
  readonly title?: unknown;
  readonly enum?: unknown;
}

/** Return the fields in their order; what is no known type is asked for as text. */
export function fieldsOf(schema: Readonly<Record<string, unknown>>): readonly FormField[] {
  const properties = (schema.properties ?? {}) as Readonly<Record<string, Property>>;
  const required = Array.isArray(schema.required) ? schema.required : [];
  return Object.entries(properties).map(([name, property]) => ({
    name,
    label: typeof property.title === "string" ? property.title : name,
    type: typeOf(property),
    choices: Array.isArray(property.enum) ? property.enum.map(String) : [],
    required: required.includes(name),
  }));
}

function typeOf(property: Property): FormField["type"] {
  if (Array.isArray(property.enum)) return "choice";
  const { type } = property;
  return type === "number" || type === "integer" || type === "boolean" ? type : "text";
}

/** Return the answer as the server wants it, or the names of the fields that lack something. */
export function answerOf(
  fields: readonly FormField[],
  given: Readonly<Record<string, string>>,
): { readonly answer: Record<string, unknown>; readonly faults: readonly string[] } {
  const answer: Record<string, unknown> = {};
  const faults: string[] = [];
  for (const field of fields) {
    const text = (given[field.name] ?? "").trim();
    if (field.type === "boolean") answer[field.name] = text === "yes";
    else if (text === "") {
      if (field.required) faults.push(field.name);
    } else if (field.type === "number" || field.type === "integer") {
      const value = Number(text);
      const fits = Number.isFinite(value) && (field.type === "number" || Number.isInteger(value));
      if (fits) answer[field.name] = value;
      else faults.push(field.name);
    } else answer[field.name] = text;
  }
  return { answer, faults };
}
