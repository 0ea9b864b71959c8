import type * as z from 'zod';
import type { Json } from './json';

type Schema = z.core.JSONSchema.JSONSchema;

/** What a value may be, as far as a form needs to know: read from the JSON Schema of a step. */
export type Spec =
  | { kind: 'constant'; value: Json }
  | { kind: 'flag' }
  | { kind: 'number'; integer: boolean; min: number; max: number; above: boolean }
  /** One of `options`; with `open`, any other text that its own rules allow. */
  | { kind: 'choice'; options: readonly string[]; open: boolean }
  | { kind: 'text' }
  | { kind: 'names' }
  | { kind: 'numbers'; item: NumberSpec }
  | { kind: 'object'; fields: readonly Field[] }
  | { kind: 'record'; value: Spec }
  | { kind: 'union'; variants: readonly Variant[] };
export type NumberSpec = Extract<Spec, { kind: 'number' }>;

/** A property of an object. */
export interface Field {
  key: string;
  help: string;
  required: boolean;
  fallback: Json | undefined;
  spec: Spec;
}

/** One of several shapes of a value, by the key that tells it from the others, or by its type. */
export interface Variant {
  name: string;
  spec: Spec;
}

/** Reads a schema. What no form is known for becomes a line of text. */
export function specOf(schema: z.core.JSONSchema._JSONSchema): Spec {
  if (typeof schema === 'boolean') return { kind: 'text' };
  if (schema.const !== undefined) return { kind: 'constant', value: schema.const };
  if (schema.enum)
    return { kind: 'choice', options: schema.enum.filter((each) => typeof each === 'string'), open: false };
  const parts = schema.anyOf ?? schema.oneOf;
  if (parts) return unionOf(parts);
  // Draft 7 writes plain alternatives as a list of types.
  if (Array.isArray(schema.type)) return unionOf(schema.type.map((type) => ({ ...schema, type })));
  switch (schema.type) {
    case 'boolean':
      return { kind: 'flag' };
    case 'number':
    case 'integer':
      return numberOf(schema);
    case 'array':
      return arrayOf(schema);
    case 'object':
      return objectOf(schema);
    default:
      return { kind: 'text' };
  }
}

function numberOf({ type, exclusiveMinimum, minimum = -Infinity, maximum = Infinity }: Schema): NumberSpec {
  // Draft 4 has a flag there.
  const above = typeof exclusiveMinimum === 'number';
  return { kind: 'number', integer: type === 'integer', min: above ? exclusiveMinimum : minimum, max: maximum, above };
}

function arrayOf({ items }: Schema): Spec {
  const item = items === undefined || Array.isArray(items) ? undefined : specOf(items);
  return item?.kind === 'number' ? { kind: 'numbers', item } : { kind: 'names' };
}

function objectOf(schema: Schema): Spec {
  const { additionalProperties, properties = {}, required = [] } = schema;
  if (typeof additionalProperties === 'object' && schema.properties === undefined)
    return { kind: 'record', value: specOf(additionalProperties) };
  const fields = Object.entries(properties).flatMap(([key, property]): Field[] => {
    if (typeof property === 'boolean') return [];
    const { description: help = '', default: fallback } = property;
    return [
      { key, help, required: required.includes(key), fallback: fallback as Json | undefined, spec: specOf(property) },
    ];
  });
  return { kind: 'object', fields };
}

function unionOf(schemas: readonly z.core.JSONSchema._JSONSchema[]): Spec {
  const specs = schemas.map(specOf);
  if (specs.every(({ kind }) => kind === 'choice' || kind === 'text'))
    return {
      kind: 'choice',
      options: specs.flatMap((spec) => (spec.kind === 'choice' ? spec.options : [])),
      open: specs.some(({ kind }) => kind === 'text'),
    };
  return { kind: 'union', variants: specs.map((spec) => ({ name: variantName(spec), spec })) };
}

/** Objects go by their first required key, other values by their type. */
function variantName(spec: Spec): string {
  if (spec.kind !== 'object') return spec.kind;
  return (spec.fields.find(({ required }) => required) ?? spec.fields[0])?.key ?? 'object';
}
