import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { encodeCheckpoint } from '../../../../src/engine/checkpoint/encode';
import { chooseCoding } from '../../../../src/engine/checkpoint/packed/choose';
import { RangeEncoder } from '../../../../src/engine/checkpoint/packed/range-encoder';
import { WeightsEncoder } from '../../../../src/engine/checkpoint/packed/weights-encoder';
import { quantizeTensor } from '../../../../src/engine/checkpoint/quantize-tensor';
import { readCheckpoint } from '../../../../src/engine/checkpoint/read';
import { plannedSizes } from '../../../../src/engine/checkpoint/sizes';
import type { ModelContent, Tensor } from '../../../../src/engine/checkpoint/types';
import { pack } from '../../../../src/engine/checkpoint/packed/pack';
import { idealOf } from '../../../../src/engine/measure/ideal-bits';
import type { Chances } from '../../../../src/loader/chances';

/** Counts the decisions of each context, for their entropy if all chances were known from the start. */
class Counting extends RangeEncoder {
  private readonly contexts = new Map<Chances, Map<number, [number, number]>>();
  private exact = 0;

  override bit(all: Chances, at: number, bit: number): void {
    const places = this.contexts.get(all) ?? new Map<number, [number, number]>();
    this.contexts.set(all, places);
    const counts = places.get(at) ?? [0, 0];
    places.set(at, counts);
    counts[bit === 0 ? 0 : 1]++;
    super.bit(all, at, bit);
  }

  override among(share: number, whole: number, bit: number): void {
    this.exact -= Math.log2((bit === 0 ? whole - share : share) / whole);
    super.among(share, whole, bit);
  }

  override raw(bits: number, value: number): void {
    this.exact += bits;
    super.raw(bits, value);
  }

  get entropy(): number {
    let bits = this.exact;
    for (const places of this.contexts.values())
      for (const counts of places.values())
        for (const count of counts) if (count > 0) bits += count * Math.log2((counts[0] + counts[1]) / count);
    return bits;
  }
}

let sparse: ModelContent;
beforeAll(async () => {
  sparse = pruned(await readCheckpoint(path.resolve('media/samples/fashion-cnn/model.json')), 0.95);
});

/** The network with its smallest weights pruned over all kernels. */
function pruned(dense: ModelContent, sparsity: number): ModelContent {
  const kernels = [...dense.tensors.values()].filter(({ name }) => name.endsWith('/kernel'));
  const sizes = Float32Array.from(kernels.flatMap(({ data }) => Array.from(data, Math.abs))).sort();
  const least = sizes[Math.floor(sizes.length * sparsity)]!;
  const zeroed = (tensor: Tensor): Tensor => ({
    ...tensor,
    data: Float32Array.from(tensor.data, (value) => (Math.abs(value) < least ? 0 : value)),
  });
  return { ...dense, tensors: new Map([...dense.tensors, ...kernels.map((one) => [one.name, zeroed(one)] as const)]) };
}

const mapped = (model: ModelContent, change: (kernel: Tensor) => Tensor): ModelContent => ({
  ...model,
  tensors: new Map([...model.tensors].map(([name, one]) => [name, name.endsWith('/kernel') ? change(one) : one])),
});
const inBytes = (kernel: Tensor): Tensor => quantizeTensor(kernel, 'uint8')!;
/** On 15 steps of the largest weight of each channel; small ones keep one step. */
function inFourBits(kernel: Tensor): Tensor {
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

describe.each([
  ['8 bits', inBytes],
  ['4 bits', inFourBits],
] as const)('the fashion network, pruned to 95%%, in %s', (_, quantized) => {
  it('takes at most 1.03 of the entropy with the same contexts, and less than that of zero order', () => {
    const model = mapped(sparse, quantized);
    const encoded = encodeCheckpoint(model);
    const coder = new Counting();
    const encoder = new WeightsEncoder(coder);
    let [at, ideal] = [0, 0];
    const weights = Buffer.concat(encoded.shards.map(({ bytes }) => bytes));
    for (const entry of encoded.entries) {
      const tensor = model.tensors.get(entry.name)!;
      const length = tensor.data.length * (entry.quantization ? 1 : 4);
      const bytes = new Uint8Array(weights.subarray(at, (at += length))).buffer;
      if (!entry.name.endsWith('/kernel')) continue;
      const words = entry.quantization ? new Uint8Array(bytes) : new Uint32Array(bytes);
      encoder.tensor(chooseCoding(encoder, words, entry.shape, entry.quantization ? 0 : 23, [64]));
      ideal += idealOf(tensor).bits;
    }
    expect(coder.bits).toBeLessThan(coder.entropy * 1.03);
    expect(coder.bits).toBeLessThan(ideal);
  });
});

it('takes a quarter of what gzip leaves of the same sparse floats, in 4 bits and less', async () => {
  const { gzipBytes } = await plannedSizes(sparse);
  expect(pack(mapped(sparse, inFourBits)).bytes.byteLength * 4).toBeLessThan(gzipBytes);
});
