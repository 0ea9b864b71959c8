import type { DatasetDescriptor } from '../../protocol/dataset';
import { numbersIn } from './numbers-in';
import type { NumericTargets, SourceData, Target } from './sources/source';

/** The facts about the targets of a dataset, all parts together. */
export interface Targets {
  /** Names of the classes in the order of their numbers; undefined where the targets are no classes. */
  readonly classNames?: readonly string[] | undefined;
  /** The sentence to refuse a classification with, where some targets are no classes. */
  readonly noClasses?: string | undefined;
  /** Facts of the numbers; undefined where the targets are only names of classes, or there are none. */
  readonly numbers?: NumberFacts | undefined;
  /** Facts of the arrays with names, for networks with several inputs or outputs. */
  readonly named?: ReadonlyMap<string, NumberFacts> | undefined;
  /** True where nothing but names tells which of these are examples. */
  readonly namedOnly?: boolean | undefined;
  /** The choices of the person about the task. */
  readonly said: Pick<DatasetDescriptor, 'task' | 'loss' | 'inputs' | 'outputs' | 'classNames'>;
}

/** Facts of targets that are numbers. */
export interface NumberFacts {
  /** Shape of the targets of one example; empty for a single number. */
  readonly shape: readonly number[];
  readonly least: number;
  readonly most: number;
  /** True where all are whole numbers. */
  readonly whole: boolean;
  /** True where one number along the last axis is 1 and all others are 0, at each place. */
  readonly oneHot: boolean;
  /** True where they are bytes of images. */
  readonly pixels: boolean;
  /** The names of the numbers of an example, where the data has some. */
  readonly names?: readonly string[] | undefined;
}

/** Returns the names of so many classes or labels: those that were told, those of the data, or their numbers. */
export function namesOf({ classNames, said, numbers }: Targets, count: number): readonly string[] {
  const known = [classNames, said.classNames, numbers?.names].find((names) => names?.length === count);
  return known ?? Array.from({ length: count }, (_, i) => classNames?.[i] ?? String(i));
}

/** Returns the numbers of a target; undefined where it has none. */
export const numbersOf = (target: Target): NumericTargets | undefined =>
  target.kind === 'class' ? target.numbers : target.kind === 'values' ? target : undefined;

/** Finds the facts of the numbers of all parts; undefined where a part has none. */
export const factsOf = (parts: SourceData['parts']): NumberFacts | undefined =>
  factsOfAll(Object.values(parts).map(({ target }) => numbersOf(target)));

/** Finds the facts of the arrays with names that all parts have. */
export function namedFacts(parts: SourceData['parts']): Map<string, NumberFacts> {
  const all = Object.values(parts).map(({ named }) => named);
  const found = new Map<string, NumberFacts>();
  for (const name of all[0]?.keys() ?? []) {
    const facts = factsOfAll(all.map((named) => named?.get(name)));
    if (facts) found.set(name, facts);
  }
  return found;
}

function factsOfAll(all: readonly (NumericTargets | undefined)[]): NumberFacts | undefined {
  const [first] = all;
  if (!first) return undefined;
  let [least, most, whole, oneHot] = [Infinity, -Infinity, true, true];
  for (const one of all) {
    if (one?.shape.join() !== first.shape.join()) return undefined;
    const { values } = one;
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!;
      if (value < least) least = value;
      if (value > most) most = value;
      whole &&= Number.isInteger(value);
    }
    oneHot &&= isOneHot(values, first.shape.at(-1) ?? 1);
  }
  const pixels = first.shape.length > 1 && all.every((one) => one?.values instanceof Uint8Array);
  return { shape: first.shape, least, most, whole, oneHot, pixels, ...(first.names ? { names: first.names } : {}) };
}

function isOneHot(values: ArrayLike<number>, columns: number): boolean {
  if (columns < 2) return false;
  for (let row = 0; row < values.length; row += columns) {
    let ones = 0;
    for (let i = row; i < row + columns; i++) {
      if (values[i] === 1) ones++;
      else if (values[i] !== 0) return false;
    }
    if (ones !== 1) return false;
  }
  return true;
}

/** Returns the numbers of some examples. */
export function rowsOf(array: NumericTargets, members: Uint32Array): Float32Array {
  const rows = new Float32Array(members.length * numbersIn(array.shape));
  members.forEach((member, i) => {
    copyNumbers(array, member, rows, i);
  });
  return rows;
}

/** Copies the numbers of an example into `out`. */
export function copyNumbers({ values, shape }: NumericTargets, member: number, out: Float32Array, at: number): void {
  const size = numbersIn(shape);
  out.set(values.subarray(member * size, (member + 1) * size), at * size);
}
