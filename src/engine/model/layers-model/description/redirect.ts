import { Config } from './json';
import { isReference, KerasTensor, Keras3Node } from './references';

/** A reference to an output of a call of a layer, as the file counts calls. */
export interface Target {
  readonly layer: string;
  readonly node: number;
  readonly output: number;
}

/** Says what a reference shall refer to instead; the same object where nothing changes. */
export type Redirect = (target: Target) => Target;

/**
 * Copies the calls of a layer with other references, in each dialect, see `readNodes`.
 * @param names of the layers that a reference can name
 */
export const redirectNodes = (
  nodes: readonly unknown[],
  names: { has(name: string): boolean },
  redirect: Redirect,
): unknown[] =>
  nodes.map((node) =>
    !Array.isArray(node) && Keras3Node.safeParse(node).success
      ? kerasTensors(node, redirect)
      : pythonReferences(node, names, redirect),
  );

/** Copies `input_layers` or `output_layers` with other references. */
export const redirectEnds = (value: unknown, redirect: Redirect): unknown =>
  isReference(value) ? redirected(value, redirect) : eachPart(value, (part) => redirectEnds(part, redirect));

function kerasTensors(value: unknown, redirect: Redirect): unknown {
  const tensor = KerasTensor.safeParse(value);
  if (!tensor.success) return eachPart(value, (part) => kerasTensors(part, redirect));
  const { config, ...rest } = tensor.data;
  return { ...rest, config: { ...config, keras_history: redirected(config.keras_history, redirect) } };
}

function pythonReferences(value: unknown, names: { has(name: string): boolean }, redirect: Redirect): unknown {
  if (!isReference(value)) return eachPart(value, (part) => pythonReferences(part, names, redirect));
  const [layer, node, output, keywords, ...rest] = value;
  // A constant stands in the place of a tensor.
  const own = node === -1 ? [layer, node, output].slice(0, value.length) : redirected(value.slice(0, 3), redirect);
  if (value.length < 4) return own;
  return [...own, eachPart(keywords, (part) => keywordReferences(part, names, redirect)), ...rest];
}

function keywordReferences(value: unknown, names: { has(name: string): boolean }, redirect: Redirect): unknown {
  if (!isReference(value)) return eachPart(value, (part) => keywordReferences(part, names, redirect));
  return value.length === 3 && names.has(value[0]) ? redirected(value, redirect) : value;
}

/** Rewrites `["x", 0, 0]`. */
function redirected(reference: readonly unknown[], redirect: Redirect): readonly unknown[] {
  const [layer, node, output = 0, ...rest] = reference;
  if (typeof layer !== 'string' || typeof node !== 'number' || typeof output !== 'number') return reference;
  const from = { layer, node, output };
  const to = redirect(from);
  return to === from ? reference : [to.layer, to.node, to.output, ...rest];
}

/** Copies a list, or the values of an object; returns anything else as it is. */
function eachPart(value: unknown, change: (part: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map(change);
  const entries = typeof value === 'object' && value !== null ? Config.safeParse(value).data : undefined;
  return entries ? Object.fromEntries(Object.entries(entries).map(([key, part]) => [key, change(part)])) : value;
}
