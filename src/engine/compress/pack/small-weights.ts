import type { ModelContent, Tensor } from '../../checkpoint/types';
import { readGraph } from '../../model/graph';
import type { TensorRole } from '../../model/roles';

/** The largest change that rounding made. */
export interface LargestChange {
  readonly tensor: string;
  readonly change: number;
  /** The change as a share of the largest number of the tensor. */
  readonly share: number;
}

/** Roles of numbers that are few and that everything depends on. */
const SMALL: ReadonlySet<TensorRole> = new Set(['bias', 'scale', 'offset', 'mean', 'variance', 'slopes', 'constant']);
/** Their relative size counts, since others are divided or multiplied by them. */
const RELATIVE: ReadonlySet<TensorRole> = new Set(['scale', 'variance', 'slopes']);

/**
 * Rounds biases and the numbers of the normalization to so many bits: on a grid of whole steps from 0 for each tensor, or
 * to fewer bits of the mantissa where their relative size counts. Kernels stay, and no number becomes 0.
 * @param bits of a number with its sign, 4 to 32; 32 changes nothing
 */
export function withSmallWeights(
  model: ModelContent,
  bits: number,
): { readonly model: ModelContent; readonly largest: LargestChange | undefined } {
  if (bits >= 32) return { model, largest: undefined };
  const tensors = new Map(model.tensors);
  let largest: LargestChange | undefined;
  for (const { tensor, role } of readGraph(model).layers.flatMap((layer) => layer.tensors)) {
    if (!SMALL.has(role) || tensor.dtype !== 'float32' || tensor.quantization) continue;
    const data = RELATIVE.has(role) ? withMantissa(tensor, bits) : onGrid(tensor, bits);
    tensors.set(tensor.name, { ...tensor, data });
    const change = largestDifference(tensor, data);
    const share = change / (largestSize(tensor.data) || 1);
    if (!largest || share > largest.share) largest = { tensor: tensor.name, change, share };
  }
  return { model: { ...model, tensors }, largest };
}

function largestSize(data: Tensor['data']): number {
  let most = 0;
  for (const value of data) most = Math.max(most, Math.abs(value));
  return most;
}

function largestDifference({ data }: Tensor, rounded: Float32Array): number {
  let most = 0;
  for (let i = 0; i < rounded.length; i++) most = Math.max(most, Math.abs(rounded[i]! - data[i]!));
  return most;
}

function onGrid({ data }: Tensor, bits: number): Float32Array {
  const most = 2 ** (bits - 1) - 1;
  const scale = Math.fround(largestSize(data) / most);
  if (!(scale > 0) || !Number.isFinite(scale)) return Float32Array.from(data);
  return Float32Array.from(data, (value) => {
    if (value === 0) return value;
    const steps = Math.max(1, Math.min(most, Math.round(Math.abs(value) / scale)));
    return Math.fround(Math.sign(value) * steps * scale);
  });
}

/** Keeps as many bits of the mantissa as sign and exponents leave, at least one. */
function withMantissa({ data }: Tensor, bits: number): Float32Array {
  const exponents = [...data].filter((value) => value !== 0).map((value) => Math.floor(Math.log2(Math.abs(value))));
  const range = exponents.length === 0 ? 1 : Math.max(...exponents) - Math.min(...exponents) + 1;
  const kept = Math.max(1, bits - 1 - Math.ceil(Math.log2(range + 1)));
  if (kept >= 23) return Float32Array.from(data);
  const words = new Int32Array(Float32Array.from(data).buffer);
  const unit = 2 ** (23 - kept);
  for (let i = 0; i < words.length; i++) {
    const exponent = (words[i]! >> 23) & 0xff;
    // Infinity and NaN stay, and nothing becomes infinite.
    if (exponent === 0xff) continue;
    const size = words[i]! & 0x7fff_ffff;
    const rounded = size === 0 ? 0 : Math.max(unit, Math.round(size / unit) * unit);
    words[i] = (words[i]! & 0x8000_0000) | Math.min(rounded, 0x7f7f_ffff & ~(unit - 1));
  }
  return new Float32Array(words.buffer);
}
