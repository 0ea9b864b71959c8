import { wasm, wasmModule } from '../encoding/wasm';

/** The constants of all steps. */
export interface AdamBetas {
  readonly beta1: number;
  readonly beta2: number;
}

/** The numbers that may change from step to step, as in `AdamConstants`. */
export interface AdamRate {
  readonly rate: number;
  readonly epsilon: number;
}

/** Byte offsets of the arrays in the memory of a module, each a multiple of 16. */
export interface AdamOffsets {
  readonly weight: number;
  readonly first: number;
  readonly second: number;
  readonly nextWeight: number;
  readonly nextFirst: number;
  readonly nextSecond: number;
  /** Offsets of one or more gradients; the update uses their mean. */
  readonly gradients: readonly number[];
}

const INTEGERS = ['offset', 'end', 'weight', 'first', 'second', 'nextWeight', 'nextFirst', 'nextSecond'] as const;
const CONSTANTS = ['beta1', 'fresh1', 'beta2', 'fresh2', 'share', 'rate', 'epsilon'] as const;
const VECTORS = ['m', 'v', 'g'] as const;
type Local = (typeof INTEGERS)[number] | (typeof CONSTANTS)[number] | (typeof VECTORS)[number];

/**
 * Encodes a WebAssembly module whose function `step` computes a step of Adam (Kingma and Ba 2015) in one pass, four
 * elements at a time, with the same arithmetic as the operators of a graph. Its arguments are those of `adamArguments`,
 * then rate and epsilon.
 *
 * @param gradients number of gradients
 * @param shared true if threads share the memory
 */
export function adamModule(gradients: number, shared: boolean): Uint8Array<ArrayBuffer> {
  const integers = INTEGERS.length + gradients;
  const indexOf = (local: Local): number => {
    const integer = INTEGERS.findIndex((name) => name === local);
    if (integer >= 0) return integer;
    return integers + [...CONSTANTS, ...VECTORS].findIndex((name) => name === local);
  };
  const get = (local: Local): number[] => wasm.get(indexOf(local));
  const set = (local: Local, value: readonly number[]): number[] => [...value, ...wasm.set(indexOf(local))];
  const all = (local: Local): number[] => [...get(local), ...wasm.splat];
  const at = (start: readonly number[]): number[] => [...start, ...get('offset'), ...wasm.addIntegers];
  const load = (array: Local): number[] => [...at(get(array)), ...wasm.load];
  const store = (array: Local, value: readonly number[]): number[] => [...at(get(array)), ...value, ...wasm.store];
  const times = (a: readonly number[], b: readonly number[]): number[] => [...a, ...b, ...wasm.multiply];
  const plus = (a: readonly number[], b: readonly number[]): number[] => [...a, ...b, ...wasm.add];
  const shares = Array.from({ length: gradients }, (_, i) => [...at(wasm.get(INTEGERS.length + i)), ...wasm.load]);
  const sum = shares.reduce(plus);
  const scale = plus([...get('v'), ...wasm.sqrt], all('epsilon'));
  const change = times([...get('m'), ...scale, ...wasm.divide], all('rate'));
  const body = wasm.repeatWhile([
    ...set('g', gradients === 1 ? sum : times(sum, all('share'))),
    ...set('m', plus(times(load('first'), all('beta1')), times(get('g'), all('fresh1')))),
    ...set('v', plus(times(load('second'), all('beta2')), times(times(get('g'), get('g')), all('fresh2')))),
    ...store('nextFirst', get('m')),
    ...store('nextSecond', get('v')),
    ...store('nextWeight', plus(load('weight'), change)),
    ...set('offset', [...get('offset'), ...wasm.i32(16), ...wasm.addIntegers]),
    ...[...get('offset'), ...get('end'), ...wasm.isLess],
  ]);
  const parameters = [
    ...Array.from({ length: integers }, () => 'i32' as const),
    ...CONSTANTS.map(() => 'f32' as const),
  ];
  return wasmModule({ name: 'step', parameters, locals: VECTORS.map(() => 'v128' as const), body }, shared);
}

/**
 * Returns the arguments of `step` without rate and epsilon, for the bytes from `start` to `end` of each array. The
 * range must not be empty.
 */
export function adamArguments(
  [start, end]: readonly [start: number, end: number],
  offsets: AdamOffsets,
  { beta1, beta2 }: AdamBetas,
): number[] {
  const { weight, first, second, nextWeight, nextFirst, nextSecond, gradients } = offsets;
  const arrays = [weight, first, second, nextWeight, nextFirst, nextSecond, ...gradients];
  return [start, end, ...arrays, beta1, 1 - beta1, beta2, 1 - beta2, 1 / gradients.length];
}
