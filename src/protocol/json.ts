import * as z from 'zod';

/** The value of a form: plain JSON. */
export type Json = z.core.util.JSONType;
export const JsonObject = z.record(z.string(), z.json());
export type JsonObject = z.infer<typeof JsonObject>;

export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A value as a file holds it: undefined entries are left out. */
export const asJson = (value: object): JsonObject => JsonObject.parse(JSON.parse(JSON.stringify(value)));

/** The value at a place within an object; undefined where there is none. */
export function partAt(object: JsonObject, path: readonly string[]): Json | undefined {
  return path.reduce<Json | undefined>((part, key) => (isObject(part) ? part[key] : undefined), object);
}

/** The object with another part at a place. Parts that are empty then are left out. */
export function withPart(object: JsonObject, [key, ...rest]: readonly string[], part: JsonObject): JsonObject {
  if (key === undefined) return part;
  const before = object[key];
  const next = withPart(isObject(before) ? before : {}, rest, part);
  return withKey(object, key, Object.keys(next).length > 0 ? next : undefined);
}

/** The object with another value for a key; undefined removes the key. */
export function withKey(object: JsonObject, key: string, value: Json | undefined): JsonObject {
  const others = Object.entries(object).filter(([name]) => name !== key);
  if (value === undefined) return Object.fromEntries(others);
  // An existing key keeps its place, so that editing does not reorder a recipe.
  return key in object
    ? Object.fromEntries(Object.entries(object).map(([name, old]) => [name, name === key ? value : old]))
    : { ...object, [key]: value };
}
