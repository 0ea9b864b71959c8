import { deepStrictEqual } from 'node:assert';
import { encodeCheckpoint } from '../../../../src/engine/checkpoint/encode';
import { chooseCoding } from '../../../../src/engine/checkpoint/packed/choose';
import { RangeEncoder } from '../../../../src/engine/checkpoint/packed/range-encoder';
import { WeightsEncoder } from '../../../../src/engine/checkpoint/packed/weights-encoder';
import { quantizeTensor } from '../../../../src/engine/checkpoint/quantize-tensor';
import { storedBytes } from '../../../../src/engine/checkpoint/dtype';
import type { ModelContent, Tensor } from '../../../../src/engine/checkpoint/types';
import { readGraph } from '../../../../src/engine/model/graph';
import { idealOf } from '../../../../src/engine/measure/ideal-bits';
import { formatOf } from '../../../../src/loader/packed-file';
import type { Chances } from '../../../../src/loader/chances';
import { rangeDecoder, type RangeDecoder } from '../../../../src/loader/range-decoder';
import { weightsDecoder, type Words } from '../../../../src/loader/weights-decoder';

/** Counts the decisions of each context, for their entropy if all chances were known from the start. */
class Counting implements RangeDecoder {
  private readonly contexts = new Map<Chances, Map<number, [number, number]>>();
  private exact = 0;

  constructor(private readonly coder: RangeDecoder) {}

  readonly bit = (all: Chances, at: number): number => {
    const bit = this.coder.bit(all, at);
    const places = this.contexts.get(all) ?? new Map<number, [number, number]>();
    this.contexts.set(all, places);
    const counts = places.get(at) ?? [0, 0];
    places.set(at, counts);
    counts[bit === 0 ? 0 : 1]++;
    return bit;
  };

  readonly among = (share: number, whole: number): number => {
    const bit = this.coder.among(share, whole);
    this.exact -= Math.log2((bit === 0 ? whole - share : share) / whole);
    return bit;
  };

  readonly raw = (bits: number): number => {
    this.exact += bits;
    return this.coder.raw(bits);
  };

  get entropy(): number {
    let bits = this.exact;
    for (const places of this.contexts.values())
      for (const counts of places.values())
        for (const count of counts) if (count > 0) bits += count * Math.log2((counts[0] + counts[1]) / count);
    return bits;
  }
}

/** Returns the kernels of a model, which steps of compression change; by name. */
const kernelsOf = (model: ModelContent): ReadonlyMap<string, Tensor> =>
  new Map(
    readGraph(model).layers.flatMap(({ tensors }) =>
      tensors.filter(({ kernel }) => kernel).map(({ tensor }) => [tensor.name, tensor] as const),
    ),
  );

/** Changes the kernels of a model. */
export const mapped = (model: ModelContent, change: (kernel: Tensor) => Tensor): ModelContent => ({
  ...model,
  tensors: new Map([...model.tensors, ...[...kernelsOf(model)].map(([name, one]) => [name, change(one)] as const)]),
});

/** Returns a network of floats with its smallest weights pruned over all kernels. @param sparsity share of the kernel weights that become 0 */
export function prunedTo(dense: ModelContent, sparsity: number): ModelContent {
  const kernels = [...kernelsOf(dense).values()];
  const sizes = new Float32Array(kernels.reduce((sum, { data }) => sum + data.length, 0));
  let at = 0;
  for (const { data } of kernels) for (const value of data) sizes[at++] = Math.abs(value);
  const least = sizes.sort()[Math.floor(sizes.length * sparsity)]!;
  return mapped(dense, ({ name, shape, dtype, data }) => ({
    ...{ name, shape, dtype },
    data: Float32Array.from(data, (value) => (Math.abs(value) < least ? 0 : value)),
  }));
}

/** Stores a kernel in 8 bits. */
export const inBytes = (kernel: Tensor): Tensor => quantizeTensor(kernel, 'uint8')!;

/** Rounds a kernel to 15 steps of the largest weight of each channel; small ones keep one step. */
export function inFourBits(kernel: Tensor): Tensor {
  const channels = kernel.shape.at(-1)!;
  const largest = new Float64Array(channels);
  kernel.data.forEach((value, i) => (largest[i % channels] = Math.max(largest[i % channels]!, Math.abs(value))));
  const scales = Float32Array.from(largest, (size) => size / 7);
  const data = Float32Array.from(kernel.data, (value, i) => {
    const scale = scales[i % channels]!;
    return value === 0 ? 0 : Math.fround(Math.sign(value) * Math.max(1, Math.round(Math.abs(value) / scale)) * scale);
  });
  return { ...kernel, data };
}

/** Copies bytes to numbers of 1, 2 or 4 bytes, as the coder takes them. */
export function wordsOf(bytes: Uint8Array, size: number): Words {
  const { buffer } = new Uint8Array(bytes);
  return size === 1 ? new Uint8Array(buffer) : size === 2 ? new Uint16Array(buffer) : new Uint32Array(buffer);
}

/** Bits that the kernels of a model take in a packed file, beside two bounds. */
export interface CodedBits {
  readonly coded: number;
  /** The entropy of the same decisions in the same contexts, with chances that are known from the start. */
  readonly contexts: number;
  /** The entropy of places and values of zero order, with the tables of values. */
  readonly zeroOrder: number;
}

/** Codes the kernels of a model as a packed file has them. */
export function codedKernels(model: ModelContent): CodedBits {
  const { shards, entries } = encodeCheckpoint(model);
  const weights = Buffer.concat(shards.map(({ bytes }) => bytes));
  const kernels = kernelsOf(model);
  const coder = new RangeEncoder();
  const encoder = new WeightsEncoder(coder);
  const coded: { readonly words: Words; readonly mantissa: number }[] = [];
  const widths = new Set<number>();
  let [at, zeroOrder] = [0, 0];
  for (const entry of entries) {
    const [size, mantissa] = formatOf(entry);
    const bytes = weights.subarray(at, (at += storedBytes(entry)));
    const tensor = kernels.get(entry.name);
    if (!tensor) continue;
    const words = wordsOf(bytes, size);
    encoder.tensor(chooseCoding(encoder, words, entry.shape, mantissa, [...widths]));
    coded.push({ words, mantissa });
    widths.add(entry.shape.at(-1)!);
    zeroOrder += idealOf(tensor).bits;
  }
  const { bits } = coder;
  const bytes = coder.finish();
  const counting = new Counting(rangeDecoder(bytes, 0, bytes.byteLength));
  const decoder = weightsDecoder(counting);
  for (const { words, mantissa } of coded) {
    const again = words.slice().fill(0);
    decoder.tensor(again, mantissa);
    // The benches and the fuzzer run without Vitest.
    deepStrictEqual(again, words);
  }
  return { coded: bits, contexts: counting.entropy, zeroOrder };
}
