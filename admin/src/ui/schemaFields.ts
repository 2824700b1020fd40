/** A plugin's JSON Schema as the fields of a form. Pure. */

import type { JsonSchema } from "@/api/types";

export interface SchemaField {
  name: string;
  label: string;
  description: string;
  kind: "text" | "secret" | "choice" | "number" | "switch" | "list";
  options: string[];
  required: boolean;
  initial: string | number | boolean;
}

export type FieldValues = Record<string, string | number | boolean>;

/** The fields in the schema's own order; `stored` are settings that are kept already. */
export function fieldsOf(schema: JsonSchema, secretNames: string[], stored: Record<string, unknown> = {}): SchemaField[] {
  const root = schema.$ref ? (schema.$defs?.[schema.$ref.split("/").at(-1) ?? ""] ?? schema) : schema;
  return Object.entries(root.properties ?? {}).map(([name, raw]) => {
    const property = plain(raw, schema);
    const kind = secretNames.includes(name) || property.writeOnly ? "secret" : kindOf(property);
    return {
      name,
      label: property.title ?? sentence(name),
      description: property.description ?? "",
      kind,
      options: optionsOf(property),
      required: root.required?.includes(name) ?? false,
      initial: kind === "secret" ? "" : initialOf(kind, stored[name] ?? property.default),
    };
  });
}

/** Values of the form as the API takes them: settings whole, secrets only where one was typed. */
export function toSettings(
  fields: SchemaField[],
  values: FieldValues,
): { settings: Record<string, unknown>; secrets: Record<string, string> } {
  const settings: Record<string, unknown> = {};
  const secrets: Record<string, string> = {};
  for (const field of fields) {
    const value = values[field.name];
    if (field.kind === "secret") {
      if (value) secrets[field.name] = String(value);
    } else if (field.kind === "list") {
      settings[field.name] = String(value ?? "")
        .split("\n")
        .map((line) => line.trim())
        .filter(Boolean);
    } else if (value === "" || value === undefined) {
      if (field.kind === "text" && !field.required && field.initial !== "") settings[field.name] = "";
    } else {
      settings[field.name] = field.kind === "number" ? Number(value) : value;
    }
  }
  return { settings, secrets };
}

/** Without the wrapping that "or nothing" and references put around a type. */
function plain(property: JsonSchema, root: JsonSchema): JsonSchema {
  if (property.$ref) {
    const { $ref, ...own } = property;
    return { ...root.$defs?.[$ref.split("/").at(-1) ?? ""], ...own };
  }
  const choices = property.anyOf ?? property.oneOf;
  const inner = choices?.find((choice) => choice.type !== "null");
  return inner ? { ...plain(inner, root), ...withoutChoices(property) } : property;
}

function withoutChoices({ anyOf: _any, oneOf: _one, ...rest }: JsonSchema): JsonSchema {
  return rest;
}

function kindOf(property: JsonSchema): SchemaField["kind"] {
  const types = [property.type ?? "string"].flat();
  if (property.enum) return "choice";
  if (types.includes("boolean")) return "switch";
  if (types.includes("integer") || types.includes("number")) return "number";
  return types.includes("array") ? "list" : "text";
}

function optionsOf(property: JsonSchema): string[] {
  return (property.enum ?? []).map(String);
}

function initialOf(kind: SchemaField["kind"], value: unknown): string | number | boolean {
  if (kind === "switch") return value === true;
  if (kind === "list") return Array.isArray(value) ? value.join("\n") : "";
  if (typeof value === "number" || typeof value === "string") return value;
  return "";
}

function sentence(name: string): string {
  const words = name.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
