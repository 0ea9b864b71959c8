import * as z from 'zod';
import { Config } from './json';
import { damaged } from '../validate/damaged';

/** A reference to a feed: one output of one call of another layer. */
export interface Reference {
  readonly layer: string;
  /** Number of the call of that layer, as the file counts calls. */
  readonly node: number;
  readonly output: number;
  /** Name of its argument, where it is not passed by position: `mask`, `initial_state`. */
  readonly keyword?: string;
}

/** One call of a layer as the file describes it. */
export interface NodeJson {
  readonly references: readonly Reference[];
  /** Arguments that are set to true: `use_causal_mask`. */
  readonly flags: readonly string[];
  /**
   * True if its argument `training` is set to false, so that Keras 2 computes it as at inference, also while the model
   * trains.
   */
  readonly inference: boolean;
  /** Keras 3 counts the calls of nested models from 0, and makes the calls of a layer in the order of the file. */
  readonly keras3: boolean;
  /** True if TensorFlow.js reads it correctly as it stands. */
  readonly plain: boolean;
}

/** A call as Keras 3 writes it. */
export const Keras3Node = z.object({ args: z.array(z.unknown()), kwargs: Config.optional() });
/** A reference as Keras 3 writes it. */
export const KerasTensor = z.looseObject({
  class_name: z.literal('__keras_tensor__'),
  config: z.looseObject({ keras_history: z.array(z.unknown()) }),
});

/**
 * Reads the calls of a layer from its `inbound_nodes`: Keras 2 and TensorFlow.js write `[[["x", 0, 0, {}]]]`, Keras 3
 * `[{ args: [tensors], kwargs: {} }]`. Calls without a tensor are left out, since they make nothing.
 * @param names of the layers that a reference can name
 * @throws UserError where a reference is malformed
 */
export function readNodes(nodes: readonly unknown[], names: { has(name: string): boolean }): NodeJson[] {
  return nodes
    .map((node): NodeJson => {
      const call = Array.isArray(node) ? undefined : Keras3Node.safeParse(node).data;
      if (!call) {
        const references = pythonReferences(node, names);
        const plain = Array.isArray(node) && node.length === references.length && node.every(isReference);
        return { references, flags: pythonFlags(node), inference: isInference(node), keras3: false, plain };
      }
      const { args, kwargs = {} } = call;
      const placed = kerasTensors(args);
      const named = Object.entries(kwargs).flatMap(([key, value]) => kerasTensors(value, key));
      const references = placed.length > 0 ? [...placed, ...named] : firstPlaced(named);
      // Keras 3 overrides whether a layer trains by whether the model does.
      const flags = trueOf(kwargs).filter((flag) => flag !== 'training');
      return { references, flags, inference: false, keras3: true, plain: false };
    })
    .filter(({ references }) => references.length > 0);
}

/**
 * Reads the references in `input_layers` or `output_layers`: `["x", 0, 0]`, a list of these, or an object of these where
 * a model takes or makes tensors by name. Keras orders objects by name.
 * @throws UserError where a reference is malformed
 */
export function readEnds(value: unknown): Reference[] {
  if (isReference(value)) return [referenceOf(value)];
  return parts(value).flatMap(readEnds);
}

/** Moves the first argument to its position: it may be passed by any name. */
function firstPlaced(named: readonly Reference[]): Reference[] {
  const [first] = named;
  return named.map(({ keyword, ...one }) =>
    keyword === first!.keyword ? one : { ...one, ...(keyword === undefined ? {} : { keyword }) },
  );
}

function kerasTensors(value: unknown, keyword?: string): Reference[] {
  const tensor = KerasTensor.safeParse(value);
  if (tensor.success) return [referenceOf(tensor.data.config.keras_history, keyword)];
  return parts(value).flatMap((part) => kerasTensors(part, keyword));
}

function pythonReferences(value: unknown, names: { has(name: string): boolean }): Reference[] {
  if (!isReference(value)) return parts(value).flatMap((part) => pythonReferences(part, names));
  // A constant stands in the place of a tensor.
  const own = value[1] === -1 ? [] : [referenceOf(value)];
  const keywords = Config.safeParse(value[3]);
  if (!keywords.success) return own;
  return [...own, ...Object.entries(keywords.data).flatMap(([key, one]) => keywordReferences(one, key, names))];
}

const trueOf = (keywords: Config): string[] => Object.keys(keywords).filter((key) => keywords[key] === true);

/** Keras 2 writes arguments behind the first tensor, or behind each. */
function pythonFlags(value: unknown): string[] {
  if (!isReference(value)) return [...new Set(parts(value).flatMap(pythonFlags))];
  const keywords = Config.safeParse(value[3]);
  return keywords.success ? trueOf(keywords.data) : [];
}

function isInference(value: unknown): boolean {
  if (!isReference(value)) return parts(value).some(isInference);
  return Config.safeParse(value[3]).data?.['training'] === false;
}

function keywordReferences(value: unknown, keyword: string, names: { has(name: string): boolean }): Reference[] {
  if (!isReference(value)) return parts(value).flatMap((part) => keywordReferences(part, keyword, names));
  return value.length === 3 && names.has(value[0]) ? [referenceOf(value, keyword)] : [];
}

/** Tells whether `input_layers` or `output_layers` is a list of references, as TensorFlow.js reads it. */
export const areListed = (value: unknown): boolean => Array.isArray(value) && value.every(isReference);

/** Tells whether a value is a reference as Keras 2 and TensorFlow.js write it: `["x", 0, 0]`. */
export const isReference = (value: unknown): value is [string, ...unknown[]] =>
  Array.isArray(value) && value.length > 1 && typeof value[0] === 'string';

/** Lists the items of a list, or the values of an object in the order of their keys. */
function parts(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  if (typeof value !== 'object') return [];
  const entries = Config.safeParse(value);
  return entries.success
    ? Object.keys(entries.data)
        .sort()
        .map((key) => entries.data[key])
    : [];
}

const isPlace = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;

function referenceOf([layer, node, output = 0]: readonly unknown[], keyword?: string): Reference {
  if (typeof layer !== 'string' || !isPlace(node) || !isPlace(output))
    throw damaged('a layer is fed by something that is not an output of a layer');
  return { layer, node, output, ...(keyword === undefined ? {} : { keyword }) };
}
