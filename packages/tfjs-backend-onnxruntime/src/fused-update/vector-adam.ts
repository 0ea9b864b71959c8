import type {} from './webassembly';
import { PAGE_BYTES } from '../encoding/wasm';
import { adamArguments, adamModule, type AdamBetas, type AdamOffsets, type AdamRate } from './adam-module';

/** Elements that are updated at a time; their arrays stay in the cache. */
const CHUNK = 8192;
const PARTS = ['weight', 'first', 'second', 'gradient'] as const;
type Part = (typeof PARTS)[number];

/** A weight, its moments and its gradient: arrays of one length. */
export type AdamArrays = Readonly<Record<Part, Float32Array>>;

interface Unit {
  readonly step: (...values: number[]) => void;
  /** The arrays in the memory of the module, `CHUNK` elements each. */
  readonly memory: AdamArrays;
}

/** Byte offset of each array in the memory of the module. */
const offsetOf = (part: Part): number => 4 * CHUNK * PARTS.indexOf(part);
/** The offsets of an update in place. */
const OFFSETS: AdamOffsets = {
  weight: offsetOf('weight'),
  first: offsetOf('first'),
  second: offsetOf('second'),
  nextWeight: offsetOf('weight'),
  nextFirst: offsetOf('first'),
  nextSecond: offsetOf('second'),
  gradients: [offsetOf('gradient')],
};

function makeUnit(): Unit | null {
  try {
    const memory = new WebAssembly.Memory({ initial: Math.ceil((4 * CHUNK * PARTS.length) / PAGE_BYTES) });
    const module = new WebAssembly.Module(adamModule(1, false));
    const { step } = new WebAssembly.Instance(module, { host: { memory } }).exports;
    if (typeof step !== 'function') return null;
    const part = (name: Part): Float32Array => new Float32Array(memory.buffer, offsetOf(name), CHUNK);
    const parts = { weight: part('weight'), first: part('first'), second: part('second'), gradient: part('gradient') };
    return { step: step as Unit['step'], memory: parts };
  } catch {
    return null; // There is no WebAssembly, or it has no vector instructions.
  }
}

let unit: Unit | null | undefined;

/** True if this process can use `vectorAdam`. */
export function hasVectorAdam(): boolean {
  return (unit ??= makeUnit()) !== null;
}

/**
 * Computes one step of Adam (Kingma and Ba 2015) in one pass, where a graph of operators takes twelve. The bits are the
 * same.
 *
 * @param results arrays of the same length for the next weight and moments
 */
export function vectorAdam(
  tensors: AdamArrays,
  numbers: AdamBetas & AdamRate,
  results: Omit<AdamArrays, 'gradient'>,
): void {
  if (!hasVectorAdam()) throw new Error('This process has no WebAssembly with vector instructions.');
  const { step, memory } = unit!;
  const { length } = tensors.weight;
  for (let start = 0; start < length; start += CHUNK) {
    const count = Math.min(CHUNK, length - start);
    for (const part of PARTS) memory[part].set(tensors[part].subarray(start, start + count));
    step(...adamArguments([0, 4 * count], OFFSETS, numbers), numbers.rate, numbers.epsilon);
    for (const part of ['weight', 'first', 'second'] as const) {
      results[part].set(count === CHUNK ? memory[part] : memory[part].subarray(0, count), start);
    }
  }
}
