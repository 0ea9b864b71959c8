import { archivedPlace, isArchive } from './archive';
import type { Slot } from './slots';

/** Matches of tensors with weights. */
export interface Matches {
  readonly byTensor: ReadonlyMap<string, Slot>;
  /** Weights without a tensor. */
  readonly missing: readonly Slot[];
}

/** Limit of the segments of a weight's name. */
export const MAX_SEGMENTS = 64;

/**
 * Matches each tensor with a weight, and each weight only once.
 * Names come first, as in `loadWeights` of TensorFlow.js: the name of the variable, with or without the name of a
 * recurrent cell before its last segment. Names that begin with the models around the layer, and names that number the
 * weights of a layer (`dense/0`), match too.
 */
export function matchWeights(slots: readonly Slot[], tensors: readonly string[]): Matches {
  if (isArchive(tensors)) return matchPlaces(slots, tensors);
  const open = new Set(slots);
  const byTensor = new Map<string, Slot>();
  const take = (tensor: string, slot: Slot): void => {
    open.delete(slot);
    byTensor.set(tensor, slot);
  };
  // Whole paths come first, since layers of different nested models may share a name.
  for (const names of [wholeNames, ownNames]) {
    const byName = grouped([...open].flatMap((slot) => names(slot).map((name) => [name, slot] as const)));
    for (const forms of [exact, withoutCell, withoutModels]) {
      for (const tensor of tensors) {
        if (byTensor.has(tensor)) continue;
        const slot = forms(tensor)
          .flatMap((name) => byName.get(name) ?? [])
          .find((candidate) => open.has(candidate));
        if (slot) take(tensor, slot);
      }
    }
  }
  // Keras 2 leaves out the layer of statistics that `adapt` measured.
  for (const tensor of tensors) {
    const bare = [...open].filter(({ weight }) => weight === tensor);
    if (bare.length === 1 && !byTensor.has(tensor)) take(tensor, bare[0]!);
  }
  const byScope = grouped([...open].flatMap((slot) => scopesIn(slot).map((scope) => [scope, slot] as const)));
  for (const [scope, counted] of countedByScope(tensors.filter((tensor) => !byTensor.has(tensor)))) {
    const weights = [scope, scopeOf(scope)]
      .map((one) => (byScope.get(one) ?? []).filter((slot) => open.has(slot)))
      .find(({ length }) => length > 0);
    if (weights?.length === counted.length) counted.forEach((tensor, i) => take(tensor, weights[i]!));
  }
  return { byTensor, missing: [...open] };
}

function matchPlaces(slots: readonly Slot[], tensors: readonly string[]): Matches {
  const open = new Map(slots.map((slot) => [slot.place, slot]));
  const byTensor = new Map<string, Slot>();
  for (const tensor of tensors) {
    const place = archivedPlace(tensor);
    const slot = open.get(place);
    if (slot) byTensor.set(tensor, slot);
    open.delete(place);
  }
  return { byTensor, missing: [...open.values()] };
}

/** Lists the names of a weight with all models around the layer. */
const wholeNames = (slot: Slot): string[] =>
  ownNames(slot).map((name) => [...slot.layer.split('/').slice(0, -1), name].join('/'));

/** Lists the names of a variable, including the Keras 3 name for depthwise kernels. */
const ownNames = ({ name, weight }: Slot): string[] =>
  weight === 'depthwise_kernel' ? [name, `${scopeOf(name)}/kernel`] : [name];

const exact = (name: string): string[] => [name];

function withoutCell(name: string): string[] {
  const segments = name.split('/');
  return segments.length < 3 ? [] : [[...segments.slice(0, -2), ...segments.slice(-1)].join('/')];
}

function withoutModels(name: string): string[] {
  const segments = name.split('/');
  if (segments.length > MAX_SEGMENTS) return [];
  return segments.slice(1, -1).flatMap((_, i) => {
    const rest = segments.slice(i + 1).join('/');
    return [rest, ...withoutCell(rest)];
  });
}

const COUNTED = /^(.+)\/(\d{1,6})$/;

/** Groups names that end in a number by the part before it, in the order of the numbers. */
function countedByScope(tensors: readonly string[]): Map<string, string[]> {
  const counted = tensors.flatMap((tensor) => {
    const [, scope, index] = COUNTED.exec(tensor) ?? [];
    return scope === undefined ? [] : [[scope, { tensor, index: Number(index) }] as const];
  });
  const sorted = [...grouped(counted)].map(
    ([scope, entries]) => [scope, entries.sort((a, b) => a.index - b.index).map(({ tensor }) => tensor)] as const,
  );
  return new Map(sorted);
}

function grouped<T>(entries: readonly (readonly [string, T])[]): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const [key, value] of entries) {
    const group = groups.get(key);
    if (group) group.push(value);
    else groups.set(key, [value]);
  }
  return groups;
}

const scopeOf = (name: string): string => name.split('/').slice(0, -1).join('/');

/** Returns the part before a weight's number: its layer, with and without the models around it. */
const scopesIn = (slot: Slot): string[] => [...new Set([scopeOf(slot.name), ...wholeNames(slot).map(scopeOf)])];
