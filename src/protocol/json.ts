import * as z from 'zod';

/** What a form fills in: plain JSON. */
export type Json = z.core.util.JSONType;
export const JsonObject = z.record(z.string(), z.json());
export type JsonObject = z.infer<typeof JsonObject>;

export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A value as it goes into a file: what is undefined is left out. */
export const asJson = (value: object): JsonObject => JsonObject.parse(JSON.parse(JSON.stringify(value)));

/** The object with another value for a key; undefined takes the key away. */
export function withKey(object: JsonObject, key: string, value: Json | undefined): JsonObject {
  const others = Object.entries(object).filter(([name]) => name !== key);
  if (value === undefined) return Object.fromEntries(others);
  // A key that is there keeps its place, so that a recipe does not change its order while it is edited.
  return key in object
    ? Object.fromEntries(Object.entries(object).map(([name, old]) => [name, name === key ? value : old]))
    : { ...object, [key]: value };
}
