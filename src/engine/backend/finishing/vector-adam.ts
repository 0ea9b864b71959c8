import { wasm, wasmModule } from '../encoding/wasm';

/** Numbers that are stepped at a time: what is read and written of them stays in the cache. */
const CHUNK = 8192;
/** What is read and written. */
const RESULTS = ['weight', 'first', 'second'] as const;
type ResultPart = (typeof RESULTS)[number];

/** What is the same for all numbers of a step; rate and epsilon as `AdamConstants` has them. */
export interface AdamNumbers {
  readonly beta1: number;
  readonly beta2: number;
  readonly rate: number;
  readonly epsilon: number;
}

/** A weight and its moments; arrays of one length. */
export type AdamArrays = Readonly<Record<ResultPart, Float32Array>>;

type Step = (
  bytes: number,
  ...numbers: [
    beta1: number,
    fresh1: number,
    beta2: number,
    fresh2: number,
    rate: number,
    epsilon: number,
    share: number,
  ]
) => void;

interface Unit {
  readonly step: Step;
  /** The parts of its memory, `CHUNK` numbers each. */
  readonly memory: AdamArrays;
  readonly gradients: readonly Float32Array[];
}

/** Where each part begins in the unit's memory; the gradients follow the others. */
const at = (part: ResultPart): number => 4 * CHUNK * RESULTS.indexOf(part);
const gradientAt = (i: number): number => 4 * CHUNK * (RESULTS.length + i);

/** The order of the parameters and locals of `step`. */
const LOCALS = {
  bytes: 0,
  beta1: 1,
  fresh1: 2,
  beta2: 3,
  fresh2: 4,
  rate: 5,
  epsilon: 6,
  share: 7,
  place: 8,
  first: 9,
  second: 10,
  gradient: 11,
} as const;
type Local = keyof typeof LOCALS;

/** Steps four numbers at a time, each as the operators of the graph would, in one pass, by the mean of so many gradients. */
function moduleBytes(gradients: number): Uint8Array<ArrayBuffer> {
  const get = (local: Local): number[] => wasm.get(LOCALS[local]);
  const set = (local: Local, value: readonly number[]): number[] => [...value, ...wasm.set(LOCALS[local])];
  const all = (local: Local): number[] => [...get(local), ...wasm.splat];
  const load = (part: ResultPart): number[] => [...get('place'), ...wasm.load(at(part))];
  const store = (part: ResultPart, value: readonly number[]): number[] => [
    ...get('place'),
    ...value,
    ...wasm.store(at(part)),
  ];
  const times = (a: readonly number[], b: readonly number[]): number[] => [...a, ...b, ...wasm.multiply];
  const plus = (a: readonly number[], b: readonly number[]): number[] => [...a, ...b, ...wasm.add];
  const shares = Array.from({ length: gradients }, (_, i) => [...get('place'), ...wasm.load(gradientAt(i))]);
  const sum = shares.reduce(plus);
  const square = times(get('gradient'), get('gradient'));
  const scale = plus([...get('second'), ...wasm.sqrt], all('epsilon'));
  const change = times([...get('first'), ...scale, ...wasm.divide], all('rate'));
  const body = wasm.repeatWhile([
    ...set('gradient', gradients === 1 ? sum : times(sum, all('share'))),
    ...set('first', plus(times(load('first'), all('beta1')), times(get('gradient'), all('fresh1')))),
    ...set('second', plus(times(load('second'), all('beta2')), times(square, all('fresh2')))),
    ...store('first', get('first')),
    ...store('second', get('second')),
    ...store('weight', plus(load('weight'), change)),
    ...set('place', [...get('place'), ...wasm.i32(16), ...wasm.addIntegers]),
    ...[...get('place'), ...get('bytes'), ...wasm.isLess],
  ]);
  const parameters = ['i32', 'f32', 'f32', 'f32', 'f32', 'f32', 'f32', 'f32'] as const;
  const step = { name: 'step', parameters, locals: ['i32', 'v128', 'v128', 'v128'] as const, body };
  return wasmModule(step, gradientAt(gradients));
}

function makeUnit(gradients: number): Unit | null {
  try {
    const { memory, step } = new WebAssembly.Instance(new WebAssembly.Module(moduleBytes(gradients))).exports;
    if (!(memory instanceof WebAssembly.Memory) || typeof step !== 'function') return null;
    const part = (start: number): Float32Array => new Float32Array(memory.buffer, start, CHUNK);
    return {
      step: step as Step,
      memory: { weight: part(at('weight')), first: part(at('first')), second: part(at('second')) },
      gradients: Array.from({ length: gradients }, (_, i) => part(gradientAt(i))),
    };
  } catch {
    return null; // No WebAssembly, or none with vectors.
  }
}

const units = new Map<number, Unit | null>();

/** The unit for so many gradients. */
function unitFor(gradients: number): Unit | null {
  let unit = units.get(gradients);
  if (unit === undefined) {
    unit = makeUnit(gradients);
    units.set(gradients, unit);
  }
  return unit;
}

/** Whether this process can step by `vectorAdam`. */
export function hasVectorAdam(): boolean {
  return unitFor(1) !== null;
}

/**
 * One step of Adam (Kingma and Ba 2015) in one pass over the numbers, where a graph of operators takes twelve. The bits are
 * those of the operators.
 *
 * @param gradients one or more, of the same length, whose mean is the gradient
 * @param results arrays of the same length for the next weight and moments
 */
export function vectorAdam(
  tensors: AdamArrays,
  gradients: readonly Float32Array[],
  { beta1, beta2, rate, epsilon }: AdamNumbers,
  results: AdamArrays,
): void {
  const unit = unitFor(gradients.length);
  if (unit === null) throw new Error('There is no WebAssembly with vectors here.');
  const { step, memory } = unit;
  const { length } = tensors.weight;
  for (let start = 0; start < length; start += CHUNK) {
    const count = Math.min(CHUNK, length - start);
    for (const part of RESULTS) memory[part].set(tensors[part].subarray(start, start + count));
    for (const [i, gradient] of gradients.entries()) unit.gradients[i]!.set(gradient.subarray(start, start + count));
    step(4 * count, beta1, 1 - beta1, beta2, 1 - beta2, rate, epsilon, 1 / gradients.length);
    for (const part of RESULTS) {
      results[part].set(count === CHUNK ? memory[part] : memory[part].subarray(0, count), start);
    }
  }
}
