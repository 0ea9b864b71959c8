import { wasm, wasmModule } from '../encoding/wasm';

/** Numbers that are stepped at a time: what is read and written of them stays in the cache. */
const CHUNK = 8192;
const PARTS = ['weight', 'first', 'second', 'gradient'] as const;
type Part = (typeof PARTS)[number];

/** What is the same for all numbers of a step; rate and epsilon as `AdamConstants` has them. */
export interface AdamNumbers {
  readonly beta1: number;
  readonly beta2: number;
  readonly rate: number;
  readonly epsilon: number;
}

/** A weight, its moments and its gradient; arrays of one length. */
export type AdamArrays = Readonly<Record<Part, Float32Array>>;

type Step = (
  bytes: number,
  ...numbers: [beta1: number, fresh1: number, beta2: number, fresh2: number, rate: number, epsilon: number]
) => void;

interface Unit {
  readonly step: Step;
  /** The parts of its memory, `CHUNK` numbers each. */
  readonly memory: AdamArrays;
}

/** Where each part begins in the unit's memory. */
const at = (part: Part): number => 4 * CHUNK * PARTS.indexOf(part);

/** The order of the parameters and locals of `step`. */
const LOCALS = {
  bytes: 0,
  beta1: 1,
  fresh1: 2,
  beta2: 3,
  fresh2: 4,
  rate: 5,
  epsilon: 6,
  place: 7,
  first: 8,
  second: 9,
  gradient: 10,
} as const;
type Local = keyof typeof LOCALS;

/** Steps four numbers at a time, each as the operators of the graph would, in one pass. */
function moduleBytes(): Uint8Array<ArrayBuffer> {
  const get = (local: Local): number[] => wasm.get(LOCALS[local]);
  const set = (local: Local, value: readonly number[]): number[] => [...value, ...wasm.set(LOCALS[local])];
  const all = (local: Local): number[] => [...get(local), ...wasm.splat];
  const load = (part: Part): number[] => [...get('place'), ...wasm.load(at(part))];
  const store = (part: Part, value: readonly number[]): number[] => [
    ...get('place'),
    ...value,
    ...wasm.store(at(part)),
  ];
  const times = (a: readonly number[], b: readonly number[]): number[] => [...a, ...b, ...wasm.multiply];
  const plus = (a: readonly number[], b: readonly number[]): number[] => [...a, ...b, ...wasm.add];
  const square = times(get('gradient'), get('gradient'));
  const scale = plus([...get('second'), ...wasm.sqrt], all('epsilon'));
  const change = times([...get('first'), ...scale, ...wasm.divide], all('rate'));
  const body = wasm.repeatWhile([
    ...set('gradient', load('gradient')),
    ...set('first', plus(times(load('first'), all('beta1')), times(get('gradient'), all('fresh1')))),
    ...set('second', plus(times(load('second'), all('beta2')), times(square, all('fresh2')))),
    ...store('first', get('first')),
    ...store('second', get('second')),
    ...store('weight', plus(load('weight'), change)),
    ...set('place', [...get('place'), ...wasm.i32(16), ...wasm.addIntegers]),
    ...[...get('place'), ...get('bytes'), ...wasm.isLess],
  ]);
  const parameters = ['i32', 'f32', 'f32', 'f32', 'f32', 'f32', 'f32'] as const;
  const step = { name: 'step', parameters, locals: ['i32', 'v128', 'v128', 'v128'] as const, body };
  return wasmModule(step, 4 * CHUNK * PARTS.length);
}

function makeUnit(): Unit | null {
  try {
    const { memory, step } = new WebAssembly.Instance(new WebAssembly.Module(moduleBytes())).exports;
    if (!(memory instanceof WebAssembly.Memory) || typeof step !== 'function') return null;
    const part = (name: Part): Float32Array => new Float32Array(memory.buffer, at(name), CHUNK);
    const parts = { weight: part('weight'), first: part('first'), second: part('second'), gradient: part('gradient') };
    return { step: step as Step, memory: parts };
  } catch {
    return null; // No WebAssembly, or none with vectors.
  }
}

let unit: Unit | null | undefined;

/** Whether this process can step by `vectorAdam`. */
export function hasVectorAdam(): boolean {
  return (unit ??= makeUnit()) !== null;
}

/**
 * One step of Adam (Kingma and Ba 2015) in one pass over the numbers, where a graph of operators takes twelve. The bits are
 * those of the operators.
 *
 * @param results arrays of the same length for the next weight and moments
 */
export function vectorAdam(
  tensors: AdamArrays,
  { beta1, beta2, rate, epsilon }: AdamNumbers,
  results: Omit<AdamArrays, 'gradient'>,
): void {
  if (!hasVectorAdam()) throw new Error('There is no WebAssembly with vectors here.');
  const { step, memory } = unit!;
  const { length } = tensors.weight;
  for (let start = 0; start < length; start += CHUNK) {
    const count = Math.min(CHUNK, length - start);
    for (const part of PARTS) memory[part].set(tensors[part].subarray(start, start + count));
    step(4 * count, beta1, 1 - beta1, beta2, 1 - beta2, rate, epsilon);
    for (const part of ['weight', 'first', 'second'] as const) {
      results[part].set(count === CHUNK ? memory[part] : memory[part].subarray(0, count), start);
    }
  }
}
