import leven from 'leven';
import { RE2JS } from 're2js';
import { UserError } from '../../protocol/errors';
import { count } from '../../protocol/format';

/** A layer as recipes name it: by its own name, by the names of the models around it and its own, or by a pattern of these. */
export interface NamedLayer {
  /** Unique in the model. */
  readonly name: string;
  /** The names of the models around it, and its own. */
  readonly path: readonly string[];
}

/** So many layers are named where none fits. */
const NAMED = 20;

/**
 * The places of the layers that a recipe means by a name; in a pattern * stands for any characters. What is a layer's name
 * or path exactly, * or not, means that layer alone.
 */
export function layersNamed(layers: readonly NamedLayer[], given: string): number[] {
  const one = exactly(layers, given);
  if (one !== -1) return [one];
  const fits = matcher(given);
  return layers.flatMap((layer, i) => (calledBy(layer).some(fits) ? [i] : []));
}

/** What a layer may be called. */
const calledBy = ({ name, path }: NamedLayer): string[] => [...new Set([name, path.join('/'), path.at(-1) ?? name])];

/** Characters of names that patterns are compared with, all together: more would take seconds. */
const MAX_COMPARED = 10_000_000;

/** @throws UserError where comparing so many patterns with so many names would take long */
function requireFew(layers: readonly NamedLayer[], given: readonly string[], where: string): void {
  const patterns = given.filter((one) => one.includes('*')).length;
  if (patterns === 0) return;
  const characters = layers.reduce(
    (sum, layer) => sum + calledBy(layer).reduce((all, { length }) => all + length + 1, 0),
    0,
  );
  if (patterns * characters > MAX_COMPARED)
    throw new UserError(
      `"${where}" has ${count(patterns)} patterns with *, too many for a model of ${count(layers.length)} layers: give fewer, or name layers without *.`,
    );
}

/** The place of the layer of which this is the name, or else the path; -1: of none. */
function exactly(layers: readonly NamedLayer[], given: string): number {
  const byName = layers.findIndex(({ name }) => name === given);
  return byName !== -1 ? byName : layers.findIndex(({ path }) => path.join('/') === given);
}

/** What amounts for single layers may be for. */
export interface Choices {
  /** Layers that can have one. */
  readonly possible: () => readonly NamedLayer[];
  /** Why the layer at a place cannot have one, as one sentence; undefined where it can. */
  readonly why: (index: number) => string | undefined;
}

/**
 * Amounts by the places of the layers they are for. A layer that is named itself has its own amount; of patterns and names
 * that fit several, the first, and layers that can have none are left out.
 * @throws UserError where a name fits no layer, or none that can have an amount
 */
export function amountsByLayer<T>(
  layers: readonly NamedLayer[],
  amounts: Readonly<Record<string, T>>,
  { possible, why }: Choices,
): Map<number, T> {
  requireFew(layers, Object.keys(amounts), 'layers');
  const given = Object.entries(amounts).map(([name, amount]) => {
    const fitting = layersNamed(layers, name);
    if (fitting.length === 0)
      throw new UserError(
        `The model has no layer "${name}": ${nearest(layers, name)}layers that can have an amount are ${listed(possible())}.`,
      );
    const able = fitting.filter((i) => why(i) === undefined);
    const [reason] = fitting.flatMap((i) => why(i) ?? []);
    if (able.length === 0 && reason !== undefined) throw new UserError(reason);
    const itself = exactly(layers, name) !== -1 || (fitting.length === 1 && !name.includes('*'));
    return { amount, able, itself };
  });
  const found = new Map<number, T>();
  for (const { amount, able } of [...given.filter(({ itself }) => itself), ...given.filter(({ itself }) => !itself)])
    for (const i of able) if (!found.has(i)) found.set(i, amount);
  return found;
}

/**
 * The layers that some patterns protect, by name, each with the first pattern that names it.
 * @throws UserError for a pattern that names no layer
 */
export function protectedLayers(layers: readonly NamedLayer[], patterns: readonly string[] = []): Map<string, string> {
  const found = new Map<string, string>();
  requireFew(layers, [...new Set(patterns)], 'protect');
  for (const pattern of new Set(patterns)) {
    const fitting = layersNamed(layers, pattern);
    if (fitting.length === 0)
      throw new UserError(
        `"${pattern}" in "protect" names no layer of the model: ${nearest(layers, pattern)}its layers are ${listed(layers)}.`,
      );
    for (const i of fitting) if (!found.has(layers[i]!.name)) found.set(layers[i]!.name, pattern);
  }
  return found;
}

/** Patterns come from recipes of others: they are matched in a time linear in the length of the name. */
function matcher(pattern: string): (name: string) => boolean {
  if (!pattern.includes('*')) return (name) => name === pattern;
  const parts = pattern.split(/\*+/).map((part) => RE2JS.quote(part));
  const expression = RE2JS.compile(parts.join('.*'), RE2JS.DOTALL);
  return (name) => expression.matches(name);
}

function listed(layers: readonly NamedLayer[]): string {
  if (layers.length === 0) return 'none';
  const some = layers.slice(0, NAMED).map(({ name }) => `"${name}"`);
  return some.join(', ') + (layers.length > NAMED ? ` and ${layers.length - NAMED} more` : '');
}

/** Longer names are not compared: they are no slips of the hand. */
const LONGEST = 100;

/** `the nearest is "conv1"; `, or nothing where none is near. */
function nearest(layers: readonly NamedLayer[], given: string): string {
  const plain = given.replaceAll('*', '');
  if (plain.length > LONGEST) return '';
  let best = { name: '', edits: Math.max(1, Math.ceil(plain.length / 2)) };
  for (const layer of layers.slice(0, 2000))
    for (const one of calledBy(layer)) {
      if (one.length > LONGEST) continue;
      const edits = leven(plain.toLowerCase(), one.toLowerCase());
      if (edits < best.edits) best = { name: one, edits };
    }
  return best.name === '' ? '' : `the nearest is "${best.name}"; `;
}
