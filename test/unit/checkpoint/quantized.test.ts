import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { tf } from '../../../src/engine/backend/tf';
import { dequantize, fromFloat16, toFloat16 } from '../../../src/engine/checkpoint/dtype';
import { readCheckpoint } from '../../../src/engine/checkpoint/read';
import { quantizeExactly } from '../../../src/engine/checkpoint/requantize';
import { writeCheckpoint } from '../../../src/engine/checkpoint/write';
import { applyPrune } from '../../../src/engine/compress/prune/apply';
import { planPrune } from '../../../src/engine/compress/prune/plan';
import { PruneStep } from '../../../src/protocol/steps/prune';
import { SHARD, tinyModel, TINY_WEIGHTS } from '../../fixtures/tiny-model';
import { temporaryFolder } from '../temporary';

beforeAll(() => tf.setBackend('cpu'));

const scale = fc.double({ min: 1e-6, max: 10, noNaN: true });
const min = fc.double({ min: -5, max: 5, noNaN: true });

describe('quantised tensors', () => {
  it('are brought back as stock TensorFlow.js does it, bit for bit', () => {
    const quantised = fc.oneof(
      fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.record({ dtype: fc.constant('uint8'), scale, min })),
      fc.tuple(
        fc.uint16Array({ minLength: 1, maxLength: 40 }),
        fc.record({ dtype: fc.constant('uint16'), scale, min }),
      ),
      fc.tuple(fc.uint16Array({ minLength: 1, maxLength: 40 }), fc.record({ dtype: fc.constant('float16') })),
    );
    fc.assert(
      fc.property(quantised, fc.constantFrom('float32', 'int32'), ([stored, how], dtype) => {
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
        // Where float32 is too coarse for the steps, not every stored value can be told from its neighbour.
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
