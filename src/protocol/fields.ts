import * as z from 'zod';
import { DocsPage } from './docs';
import { t } from './l10n';
import { count, percentOf, typedPercent } from './format';
import type { Json } from './json';

type Schema = z.core.JSONSchema.JSONSchema;

/** The values that a field allows, as a form and the command line need them. They are read from the JSON Schema of a step. */
export type Spec =
  | { kind: 'constant'; value: Json }
  | { kind: 'flag' }
  /**
   * `above`, `below`: without the end itself. `share`: a part of a whole, which a form shows as percent. `start`: the first
   * value of a form without a default.
   */
  | {
      kind: 'number';
      integer: boolean;
      min: number;
      max: number;
      above: boolean;
      below?: boolean;
      share?: boolean;
      start?: number;
    }
  /** One of `options`. With `open`, any other text that its own rules allow is fine too, such as the `suggestions`. */
  | {
      kind: 'choice';
      options: readonly string[];
      open: boolean;
      labels: Readonly<Record<string, string>>;
      /** One line for values: what they are and when to take them. */
      about?: Readonly<Record<string, string>>;
      suggestions: readonly string[];
    }
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
  label: string;
  help: string;
  /** The unit of a number. */
  unit: string | undefined;
  /** Its option on the command line, if that is not its key. */
  flag: string | undefined;
  /** Rarely set: a form hides it among more options. */
  advanced: boolean;
  /** A new form starts with a value although none is required. */
  begins: boolean;
  required: boolean;
  fallback: Json | undefined;
  /** The words of a form where the value is left open and has no default. */
  blank?: string;
  /** The page of the documentation that has more about its values. */
  page?: DocsPage;
  spec: Spec;
}

/** One of several shapes of a value. A key or its type tells it from the others. */
export interface Variant {
  name: string;
  label: string;
  spec: Spec;
}

/** The keywords of this protocol beside JSON Schema, see `GlobalMeta`. */
const Meta = z.object({
  label: z.string().optional(),
  labels: z.record(z.string(), z.string()).default({}),
  about: z.record(z.string(), z.string()).optional(),
  page: DocsPage.optional(),
  group: z.literal('advanced').optional(),
  unit: z.string().optional(),
  share: z.boolean().default(false),
  suggestions: z.array(z.string()).default([]),
  flag: z.string().optional(),
  start: z.number().optional(),
  begins: z.boolean().default(false),
});

/** True if a number is of this kind. */
export function takesNumber({ min, max, above, below = false, integer }: NumberSpec, value: number): boolean {
  const inside = (above ? value > min : value >= min) && (below ? value < max : value <= max);
  return Number.isFinite(value) && inside && (!integer || Number.isInteger(value));
}

/** A value of a field in words: a share as percent. */
export const numberWords = (spec: Spec | undefined, value: number): string =>
  spec?.kind === 'number' && spec.share ? typedPercent(value) : String(value);

/** The range of a share as percent, for its form. */
export const inPercent = (spec: NumberSpec): NumberSpec => ({
  ...spec,
  min: percentOf(spec.min),
  max: percentOf(spec.max),
});

/** Ranges leave out ends that no person would reach. */
const FAR = 1e9;

/** `number from 0 to 1`, `whole number, 1 or more`. */
export function rangeWords({ min, max, above, below = false, integer }: NumberSpec): string {
  const kind = integer ? t('whole number') : t('number');
  const low = Number.isFinite(min) && min > -FAR;
  const high = Number.isFinite(max) && max < FAR;
  const to = count(max);
  if (low && high && above && below) return t('{0} above {1} and below {2}', kind, min, to);
  if (low && high)
    return above ? t('{0} above {1}, up to {2}', kind, min, to) : t('{0} from {1} to {2}', kind, min, to);
  if (low) return above ? t('{0} above {1}', kind, min) : t('{0}, {1} or more', kind, min);
  return high ? t('{0} up to {1}', kind, to) : kind;
}

/** Our own keywords of a schema. They are for the form and the command line, so a published schema leaves them out. */
const FIELD_META_KEYS: readonly string[] = Object.keys(Meta.shape);

/** Takes our own keywords from a schema that is published. A share, which forms show as percent, says there what a file holds. */
export function dropFieldMeta(schema: z.core.JSONSchema.BaseSchema): void {
  if (Meta.parse(schema).share && schema.description !== undefined)
    schema.description = schema.description.replace(/\.$/, ', as a number from 0 to 1.');
  for (const key of FIELD_META_KEYS) Reflect.deleteProperty(schema, key);
}

/** A field for a value that is not a property of an object. */
export const onlyField = (key: string, label: string, spec: Spec): Field => ({
  ...{ key, label, spec, help: '', unit: undefined, flag: undefined, fallback: undefined },
  ...{ required: true, advanced: false, begins: false },
});

/** `learningRate` -> `Learning rate`. */
export function keyWords(key: string): string {
  const words = key.replace(/([a-z])([A-Z])/g, (_, last: string, first: string) => `${last} ${first.toLowerCase()}`);
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** The name of a value: `exponential` -> `Exponential`. */
export const valueLabel = (spec: Spec, value: string): string =>
  (spec.kind === 'choice' ? spec.labels[value] : undefined) ?? value.charAt(0).toUpperCase() + value.slice(1);

/** The fields of an object's schema. */
export function fieldsOf(schema: z.ZodObject): readonly Field[] {
  const spec = specOf(z.toJSONSchema(schema, { target: 'draft-7', io: 'input' }));
  return spec.kind === 'object' ? spec.fields : [];
}

/** The values at a path of keys, of all shapes that have it; undefined where none has. */
export function specAt(spec: Spec | undefined, [key, ...rest]: readonly string[]): Spec | undefined {
  if (key === undefined || spec === undefined) return spec;
  switch (spec.kind) {
    case 'object':
      return specAt(spec.fields.find((field) => field.key === key)?.spec, rest);
    case 'record':
      return specAt(spec.value, rest);
    case 'union':
      for (const variant of spec.variants) {
        const found = specAt(variant.spec, [key, ...rest]);
        if (found) return found;
      }
  }
  return undefined;
}

/** Reads a schema. A shape that no form knows becomes a line of text. */
export function specOf(schema: z.core.JSONSchema._JSONSchema): Spec {
  if (typeof schema === 'boolean') return { kind: 'text' };
  if (schema.const !== undefined) return { kind: 'constant', value: schema.const };
  if (schema.enum)
    return choiceOf(
      schema,
      schema.enum.filter((each) => typeof each === 'string'),
      false,
    );
  const parts = schema.anyOf ?? schema.oneOf;
  if (parts) return unionOf(schema, parts);
  // Draft 7 writes plain alternatives as a list of types.
  if (Array.isArray(schema.type)) {
    const { type, ...rest } = schema;
    return unionOf(
      rest,
      type.map((one) => ({ ...rest, type: one })),
    );
  }
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

const choiceOf = (schema: Schema, options: readonly string[], open: boolean): Spec => {
  const { labels, about, suggestions } = Meta.parse(schema);
  return { kind: 'choice', options, open, labels, ...(about ? { about } : {}), suggestions };
};

function numberOf(schema: Schema): NumberSpec {
  const { type, exclusiveMinimum, exclusiveMaximum, minimum = -Infinity, maximum = Infinity } = schema;
  const { start, share } = Meta.parse(schema);
  // Draft 4 has a flag here.
  const above = typeof exclusiveMinimum === 'number';
  const below = typeof exclusiveMaximum === 'number';
  const min = above ? exclusiveMinimum : minimum;
  return {
    kind: 'number',
    integer: type === 'integer',
    min,
    max: below ? exclusiveMaximum : maximum,
    above,
    ...(below ? { below } : {}),
    ...(share ? { share } : {}),
    ...(start === undefined ? {} : { start }),
  };
}

function arrayOf({ items }: Schema): Spec {
  // A tuple is a list of its first kind; the schema checks its length.
  const [first] = Array.isArray(items) ? items : [items];
  const item = first === undefined ? undefined : specOf(first);
  return item?.kind === 'number' ? { kind: 'numbers', item } : { kind: 'names' };
}

function objectOf(schema: Schema): Spec {
  const { additionalProperties, properties = {}, required = [] } = schema;
  if (typeof additionalProperties === 'object' && schema.properties === undefined)
    return { kind: 'record', value: specOf(additionalProperties) };
  const fields = Object.entries(properties).flatMap(([key, property]): Field[] =>
    typeof property === 'boolean' ? [] : [fieldOf(key, property, required.includes(key))],
  );
  return { kind: 'object', fields };
}

function fieldOf(key: string, schema: Schema, required: boolean): Field {
  const { description: help = '', default: fallback } = schema;
  const { label = keyWords(key), group, unit, flag, begins, page } = Meta.parse(schema);
  const spec = specOf(schema);
  const isPart = spec.kind === 'object' || spec.kind === 'union';
  const advanced = group === 'advanced' || (!required && fallback === undefined && !isPart && !begins);
  return {
    ...{ key, label, help, unit, flag, advanced, begins, required, fallback: fallback as Json | undefined, spec },
    ...(page ? { page } : {}),
  };
}

function unionOf(schema: Schema, schemas: readonly z.core.JSONSchema._JSONSchema[]): Spec {
  const specs = schemas.map(specOf);
  if (specs.every(({ kind }) => kind === 'choice' || kind === 'text'))
    return choiceOf(
      schema,
      specs.flatMap((spec) => (spec.kind === 'choice' ? spec.options : [])),
      specs.some(({ kind }) => kind === 'text'),
    );
  return {
    kind: 'union',
    variants: specs.map((spec, i) => {
      const variant = schemas[i];
      const own = typeof variant === 'object' ? Meta.parse(variant).label : undefined;
      return { name: variantName(spec), label: own ?? variantLabel(spec), spec };
    }),
  };
}

const firstField = (spec: Spec): Field | undefined =>
  spec.kind === 'object' ? (spec.fields.find(({ required }) => required) ?? spec.fields[0]) : undefined;

/** Objects go by their first required key, other values by their type. */
const variantName = (spec: Spec): string => firstField(spec)?.key ?? spec.kind;
const variantLabel = (spec: Spec): string => firstField(spec)?.label ?? keyWords(spec.kind);
