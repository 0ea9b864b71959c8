import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { tf } from '../../../src/engine/tf';
import { dequantize, fromFloat16, toFloat16 } from '../../../src/engine/checkpoint/dtype';
import { readCheckpoint } from '../../../src/engine/checkpoint/read';
import { encodeCheckpoint } from '../../../src/engine/checkpoint/encode';
import { quantizeExactly } from '../../../src/engine/checkpoint/requantize';
import { leavingNote, optimizerNote, storageNotes } from '../../../src/engine/checkpoint/storage-notes';
import type { ModelContent, Tensor } from '../../../src/engine/checkpoint/types';
import { writeCheckpoint } from '../../../src/engine/checkpoint/write';
import { withZeroOnGrid } from '../../../src/engine/checkpoint/zero-on-grid';
import { applyPrune } from '../../../src/engine/compress/prune/apply';
import { planPrune } from '../../../src/engine/compress/prune/plan';
import { PruneStep } from '../../../src/protocol/steps/prune';
import { SHARD, tinyModel, TINY_WEIGHTS } from '../../fixtures/tiny-model';
import { temporaryFolder } from '../temporary';

beforeAll(() => tf.setBackend('cpu'));

const topology = { class_name: 'Sequential', config: { name: 'm', layers: [] } };
const scale = fc.double({ min: 1e-6, max: 10, noNaN: true });
const min = fc.double({ min: -5, max: 5, noNaN: true });

describe('quantized tensors', () => {
  it('are brought back as stock TensorFlow.js does it, bit for bit', () => {
    const quantized = fc.oneof(
      fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.record({ dtype: fc.constant('uint8'), scale, min })),
      fc.tuple(
        fc.uint16Array({ minLength: 1, maxLength: 40 }),
        fc.record({ dtype: fc.constant('uint16'), scale, min }),
      ),
      fc.tuple(fc.uint16Array({ minLength: 1, maxLength: 40 }), fc.record({ dtype: fc.constant('float16') })),
    );
    fc.assert(
      fc.property(quantized, fc.constantFrom('float32', 'int32'), ([stored, how], dtype) => {
        const quantization = how as { dtype: 'uint8'; scale: number; min: number };
        fc.pre(dtype === 'float32' || how.dtype !== 'float16');
        const bytes = new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength);
        const specs: tf.io.WeightsManifestEntry[] = [{ name: 'w', shape: [stored.length], dtype, quantization }];
        const stock = tf.io.decodeWeights(bytes.slice().buffer, specs)['w']!.dataSync();
        expect(dequantize(bytes, dtype, quantization)).toEqual(stock);
      }),
    );
  });

  it('have a half for every half, and for nothing else', () => {
    const halves = Array.from({ length: 0x10000 }, (_, half) => half);
    const wrong = halves.filter((half) => {
      const value = fromFloat16(half);
      return toFloat16(value) !== (Number.isNaN(value) ? undefined : half);
    });
    expect(wrong).toEqual([]);
    for (const value of [0.1, 65520, 2 ** -26, 1 + 2 ** -12]) expect(toFloat16(value)).toBeUndefined();
  });

  it('are stored as they were where nothing changed, and as float32 where something did', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 40 }), scale, min, (stored, oneScale, oneMin) => {
        const quantization = { dtype: 'uint8', scale: oneScale, min: oneMin } as const;
        const data = dequantize(stored, 'float32', quantization);
        // If float32 is too coarse for the steps, some stored values equal their neighbours.
        fc.pre(Math.abs(oneMin) * 2 ** -22 < oneScale * 1e-2);
        expect(quantizeExactly(data, quantization)?.values).toEqual(stored);
        const changed = data.map((value) => value + oneScale / 3);
        expect(quantizeExactly(changed, quantization)).toBeUndefined();
      }),
    );
  });

  it('are pruned to exact zeros and stay 8-bit, as the converter quantises them', async () => {
    const folder = await temporaryFolder();
    const model = tinyModel();
    // The converter nudges the zero point onto a whole number but rounds twice on the way: min is not exactly -93 * scale.
    const quantization = { dtype: 'uint8', scale: 0.01 + 1e-17, min: -0.93 + 1e-16, original_dtype: 'float32' };
    for (const entry of model.weightsManifest[0]!.weights) Object.assign(entry, { quantization });
    await writeFile(path.join(folder, 'model.json'), JSON.stringify(model));
    await writeFile(
      path.join(folder, SHARD),
      Uint8Array.from({ length: TINY_WEIGHTS }, (_, i) => (i * 7) % 256),
    );
    const checkpoint = await readCheckpoint(path.join(folder, 'model.json'));
    const plan = planPrune(checkpoint, PruneStep.parse({ step: 'prune', amount: { sparsity: 0.5 } }));
    const { tensors } = applyPrune(checkpoint, plan);
    const written = await writeCheckpoint(path.join(folder, 'pruned'), { ...checkpoint, tensors });
    const read = await readCheckpoint(written.path);
    const kernel = read.tensors.get('logits/kernel')!;
    expect(kernel.quantization?.dtype).toBe('uint8');
    expect(read.files[1]!.bytes).toBe(TINY_WEIGHTS);
    expect([...kernel.data].filter((weight) => weight === 0)).toHaveLength(54);
    kernel.data.forEach((weight, i) => expect(weight).toBeCloseTo(tensors.get('logits/kernel')!.data[i]!, 7));
  });
});

/** A tensor on a grid that has no exact 0, some of whose weights were pruned. */
const prunedTensor = (bits: 8 | 16, offset: number, pruned: (value: number, i: number) => boolean): Tensor => {
  const levels = 2 ** bits;
  const scale = 0.02 * (256 / levels);
  const min = -(levels / 2 + offset) * scale;
  const data = Float32Array.from({ length: 2000 }, (_, i) => {
    // Bell-shaped about 0, with both ends of the grid.
    const bell =
      [0, 1, 2, 3].reduce((sum, k) => sum + (Math.abs(Math.sin(i * 12.9898 + k * 78.233) * 43758.5453) % 1), 0) / 4;
    const stored = i === 0 ? 0 : i === 1 ? levels - 1 : Math.round(bell * (levels - 1));
    const value = Math.fround(stored * scale + min);
    return pruned(value, i) ? 0 : value;
  });
  return { name: 'w', shape: [100, 20], dtype: 'float32', data, quantization: { dtype: `uint${bits}`, scale, min } };
};

describe('a grid without an exact 0', () => {
  it('is moved where weights became 0: all zeros are exact, no others are made, and none changes by more than a step', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(8 as const, 16 as const),
        fc.double({ min: 0.01, max: 0.99, noNaN: true }),
        fc.double({ min: 0, max: 0.9, noNaN: true }),
        (bits, offset, share) => {
          const tensor = prunedTensor(bits, offset, (value, i) => i > 1 && Math.abs(value) < share);
          fc.pre(tensor.data.includes(0));
          const moved = withZeroOnGrid(tensor);
          const encoded = encodeCheckpoint({ modelTopology: topology, tensors: new Map([['w', moved]]) });
          expect(encoded.shards[0]!.bytes.byteLength).toBe((tensor.data.length * bits) / 8);
          const step = moved.quantization!.scale!;
          expect(step / tensor.quantization!.scale!).toBeLessThanOrEqual(1.09);
          tensor.data.forEach((value, i) => {
            const now = moved.data[i]!;
            if ((value === 0) !== (now === 0)) throw new Error(`${value} became ${now}`);
            const most = Math.abs(value) < step / 2 ? step : step / 2;
            if (Math.abs(now - value) > most * (1 + 1e-6) + 1e-7) throw new Error(`${value} became ${now}`);
          });
        },
      ),
      { numRuns: 40 },
    );
  });

  it('does not move all weights the same way', () => {
    const tensor = prunedTensor(8, 0.45, (value, i) => i > 1 && Math.abs(value) < 0.3);
    const moved = withZeroOnGrid(tensor);
    const mean =
      Array.from(moved.data).reduce((sum, value, i) => sum + value - tensor.data[i]!, 0) / tensor.data.length;
    expect(Math.abs(mean)).toBeLessThan(0.05 * tensor.quantization!.scale!);
  });

  it('stays where nothing became 0, where weights were trained, and where it lies far from 0', () => {
    const whole = prunedTensor(8, 0.3, () => false);
    expect(withZeroOnGrid(whole)).toBe(whole);
    const trained = prunedTensor(8, 0.3, (_, i) => i % 2 === 0);
    trained.data[5]! += 0.007;
    expect(withZeroOnGrid(trained)).toBe(trained);
    const far = { ...whole, data: whole.data.map((value, i) => (i === 0 ? 0 : value + 90)) };
    const quantization = { ...whole.quantization!, min: whole.quantization!.min! + 90 };
    expect(withZeroOnGrid({ ...far, quantization }).data).toBe(far.data);
  });

  it('stays as it is where its zero point misses 0 by rounding, unless a weight became 0', () => {
    const quantization = { dtype: 'uint8', scale: 0.0362, min: 1.76e-14 } as const;
    const data = Float32Array.from(dequantize(Uint8Array.of(0, 1, 2, 200), 'float32', quantization));
    const one = (values: Float32Array): ModelContent => ({
      modelTopology: topology,
      tensors: new Map([['w', { name: 'w', shape: [4], dtype: 'float32', data: values, quantization }]]),
    });
    const kept = quantizeExactly(data, quantization);
    expect(kept).toEqual({ values: Uint8Array.of(0, 1, 2, 200), quantization });
    const pruned = quantizeExactly(
      data.map((value, i) => (i === 1 ? 0 : value)),
      quantization,
    );
    expect(pruned).toEqual({ values: Uint8Array.of(0, 0, 2, 200), quantization: { ...quantization, min: 0 } });
    // Moved by rounding alone, no weight that is kept changes, and nothing is told of it.
    const snapped = one(Float32Array.of(0, 0, data[2]!, data[3]!));
    const after = new Map([['w', { ...snapped.tensors.get('w')!, quantization: pruned!.quantization }]]);
    expect(storageNotes(one(data), { ...snapped, tensors: after })).toEqual([]);
  });

  it('is told, and growth is too', () => {
    const before = prunedTensor(8, 0.3, () => false);
    const after = withZeroOnGrid({ ...before, data: before.data.map((value, i) => (i % 2 ? 0 : value)) });
    const grown = { ...before, data: before.data.map((value) => value + 0.003) };
    const modelWith = (tensor: Tensor, ...slots: Tensor[]): ModelContent => ({
      modelTopology: topology,
      tensors: new Map([tensor, ...slots].map((one) => [one.name, one])),
    });
    expect(storageNotes(modelWith(before), modelWith(before))).toEqual([]);
    expect(storageNotes(modelWith(before), modelWith(after))).toEqual([
      expect.stringMatching(/^The grid of 1 quantized tensor had no exact 0 and was moved .* by up to 0\.\d+\.$/),
    ]);
    expect(storageNotes(modelWith(before), modelWith(grown))).toEqual([
      'The weights of 1 quantized tensor are no longer on their grid, so they are stored in full: 6,000 bytes more.',
    ]);
    const { quantization, ...plain } = grown;
    expect(quantization).toBeDefined();
    expect(storageNotes(modelWith(before), modelWith(plain))).toHaveLength(1);
    expect(leavingNote(modelWith(before), () => true)).toMatch(/grow by up to 6,000 bytes\.$/);
    expect(leavingNote(modelWith(before), () => false)).toBeUndefined();
    expect(optimizerNote(modelWith(before))).toBeUndefined();
    expect(optimizerNote(modelWith(before, { ...before, name: 'Adam/w/m', group: 'optimizer' }))).toMatch(
      /^The state of the optimizer \(1 tensor\) is left out/,
    );
  });
});
