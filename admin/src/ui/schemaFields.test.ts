import { expect, it } from "vitest";

import { fieldsOf, toSettings } from "./schemaFields";

const SCHEMA = {
  type: "object",
  required: ["server", "token"],
  properties: {
    server: { type: "string", title: "Server", description: "Its address." },
    token: { type: "string", writeOnly: true },
    visibility: { enum: ["public", "unlisted"], default: "public" },
    retries: { anyOf: [{ type: "integer" }, { type: "null" }], default: null },
    is_quiet: { type: "boolean", default: false },
    words: { type: "array", items: { type: "string" }, default: [] },
  },
};

it("makes a field of each property, in order", () => {
  const fields = fieldsOf(SCHEMA, ["token"]);
  expect(fields.map(({ name, kind }) => [name, kind])).toEqual([
    ["server", "text"],
    ["token", "secret"],
    ["visibility", "choice"],
    ["retries", "number"],
    ["is_quiet", "switch"],
    ["words", "list"],
  ]);
  expect(fields[0]).toMatchObject({ label: "Server", description: "Its address.", required: true });
  expect(fields[4]?.label).toBe("Is quiet");
});

it("begins with what is stored, and never shows a secret", () => {
  const fields = fieldsOf(SCHEMA, ["token"], { server: "https://a.example", token: "shown by mistake" });
  expect(fields[0]?.initial).toBe("https://a.example");
  expect(fields[1]?.initial).toBe("");
});

it("sends settings whole and only secrets that were typed", () => {
  const fields = fieldsOf(SCHEMA, ["token"]);
  const values = { server: "https://a.example", token: "", visibility: "unlisted", retries: "3", is_quiet: true, words: "a\n\nb " };
  expect(toSettings(fields, values)).toEqual({
    settings: { server: "https://a.example", visibility: "unlisted", retries: 3, is_quiet: true, words: ["a", "b"] },
    secrets: {},
  });
  expect(toSettings(fields, { ...values, token: "s3cret" }).secrets).toEqual({ token: "s3cret" });
});
