import leven from 'leven';
import { RE2JS } from 're2js';
import { UserError } from '../../protocol/errors';
import { count } from '../../protocol/format';

/** A layer that a recipe can name: by its own name, by its path through the models around it, or by a pattern of these. */
export interface NamedLayer {
  /** Unique in the model. */
  readonly name: string;
  /** Names of the models around it, then its own. */
  readonly path: readonly string[];
}

/** Number of layer names in an error message. */
const NAMED = 20;

/**
 * Finds the indices of the layers that a name in a recipe stands for. In a pattern, * stands for any characters. A name
 * or path that matches one layer exactly stands for that layer alone, even if it contains *.
 */
export function layersNamed(layers: readonly NamedLayer[], given: string): number[] {
  const one = exactly(layers, given);
  if (one !== -1) return [one];
  const fits = matcher(given);
  return layers.flatMap((layer, i) => (calledBy(layer).some(fits) ? [i] : []));
}

/** Returns the names by which a layer can be addressed. */
const calledBy = ({ name, path }: NamedLayer): string[] => [...new Set([name, path.join('/'), path.at(-1) ?? name])];

/** Limit of characters that patterns are compared with, all names together: more would take seconds. */
const MAX_COMPARED = 10_000_000;

/** @throws UserError where it would take long to compare all patterns with all names */
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

/** Finds the index of the layer with this name, or else with this path; -1 if there is none. */
function exactly(layers: readonly NamedLayer[], given: string): number {
  const byName = layers.findIndex(({ name }) => name === given);
  return byName !== -1 ? byName : layers.findIndex(({ path }) => path.join('/') === given);
}

/** Layers that an amount can be set for. */
export interface Choices {
  /** Lists the layers that can have an amount. */
  readonly possible: () => readonly NamedLayer[];
  /** Explains in one sentence why the layer at an index cannot have an amount; undefined where it can. */
  readonly why: (index: number) => string | undefined;
}

/**
 * Assigns amounts to layers, by layer index.
 * An exact name wins over patterns and shared names. Of several patterns that fit, the first wins. Layers that cannot
 * have an amount are left out.
 * @throws UserError where a name fits no layer, or only layers that cannot have an amount
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
        `The model has no layer "${name}": ${nearest(layers, name)}layers that can be chosen are ${listed(possible())}.`,
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
 * Finds the layers that patterns protect: layer names, each with the first pattern that fits.
 * @throws UserError for a pattern that fits no layer
 */
export function protectedLayers(layers: readonly NamedLayer[], patterns: readonly string[] = []): Map<string, string> {
  return new Map([...namedLayers(layers, patterns, 'protect')].map(([i, pattern]) => [layers[i]!.name, pattern]));
}

/**
 * Finds the layers that patterns name: their indices, each with the first pattern that fits.
 * @param where the field of the patterns
 * @throws UserError for a pattern that fits no layer
 */
export function namedLayers(
  layers: readonly NamedLayer[],
  patterns: readonly string[],
  where: string,
): Map<number, string> {
  const found = new Map<number, string>();
  requireFew(layers, [...new Set(patterns)], where);
  for (const pattern of new Set(patterns)) {
    const fitting = layersNamed(layers, pattern);
    if (fitting.length === 0)
      throw new UserError(
        `"${pattern}" in "${where}" names no layer of the model: ${nearest(layers, pattern)}its layers are ${listed(layers)}.`,
      );
    for (const i of fitting) if (!found.has(i)) found.set(i, pattern);
  }
  return found;
}

/** Matches in a time linear in the length of the name, since patterns come from recipes of others. */
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

/** Longer names are not compared: they are unlikely to be typing errors. */
const LONGEST = 100;

/** Returns `the nearest is "conv1"; `, or nothing where no name is similar. */
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
