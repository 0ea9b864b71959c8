import { describe, expect, it } from 'vitest';
import { weightLevels } from '../../../src/engine/compress/levels/levels';
import { quantized } from '../../../src/engine/compress/quantize/quantize';
import { clustered } from '../../../src/engine/compress/restrict/cluster';
import { binarizedModel, ternarizedModel } from '../../../src/engine/compress/restrict/sign-steps';
import { readCheckpoint } from '../../../src/engine/checkpoint/read';
import { readGraph } from '../../../src/engine/model/graph';
import type { ModelContent } from '../../../src/engine/checkpoint/types';
import { LevelsStep, WeightLevels } from '../../../src/protocol/measure/levels';

const SHIPPED = 'media/samples/fashion-cnn/model.json';
const step = (given: Record<string, unknown>): LevelsStep => LevelsStep.parse(given);

/** The effect of a step on a model: a rounding error for each layer, and the weights after it. */
function carriedOut(model: ModelContent, asked: LevelsStep) {
  switch (asked.step) {
    case 'quantize':
      return quantized(model, asked);
    case 'cluster':
      return clustered(model, asked);
    case 'ternarize':
      return ternarizedModel(model, asked);
    case 'binarize':
      return binarizedModel(model, asked);
  }
}

describe('the levels of a layer before a step', () => {
  it.for([
    { step: 'quantize', bits: 'uint8' },
    { step: 'quantize', bits: 'uint16' },
    { step: 'quantize', bits: 'float16' },
    { step: 'quantize', bits: 'int8' },
    { step: 'quantize', bits: 'int4' },
    { step: 'quantize', bits: 'int2', grid: 'symmetric', layers: { logits: 'int3', conv1: 'float32' } },
    { step: 'cluster', clusters: 16, layers: { 'conv*': 4 } },
    { step: 'ternarize' },
    { step: 'ternarize', scaleOf: 'tensor', ends: 'change' },
    { step: 'binarize', protect: ['conv2'] },
  ])('are what $step makes of it: %o', async (given) => {
    const model = await readCheckpoint(SHIPPED);
    const asked = step(given);
    const done = carriedOut(model, asked);
    for (const layer of done.layers) {
      const found = WeightLevels.parse(weightLevels(model, asked, layer.name));
      expect(found.state === 'kept' ? found.reason : undefined).toBe(
        layer.reason?.replace(' of float32', ' of float32'),
      );
      if (found.state === 'kept') continue;
      expect(found.error).toBeCloseTo(layer.error!, 6);
      expect(found.judged).toBe(found.weights);
      if ('values' in layer && layer.values !== undefined) {
        expect(found.values).toBe(layer.values);
        expect(found.idealBits).toBeCloseTo(layer.bits!, 9);
      }
      for (const row of found.rows) {
        const { data } = done.model.tensors.get(row.tensor)!;
        const count = row.channel === null ? 1 : model.tensors.get(row.tensor)!.shape.at(-1)!;
        const own = data.filter((_, i) => i % count === (row.channel ?? 0));
        const levels = new Set(row.levels);
        expect([...new Set(own)].filter((value) => !levels.has(value + 0))).toEqual([]);
      }
    }
  });

  it.for(['uint8', 'int8'])('are those of layers without kernels too, where all weights become %s', async (bits) => {
    const model = await readCheckpoint('test/fixtures/keras/residual/model.json');
    const asked = step({ step: 'quantize', bits, weights: 'all' });
    const done = carriedOut(model, asked);
    const normal = readGraph(model).layers.filter(({ type }) => type === 'BatchNormalization');
    expect(normal.length).toBeGreaterThan(1);
    for (const { name, tensors } of normal) {
      const found = WeightLevels.parse(weightLevels(model, asked, name));
      if (found.state === 'kept') throw new Error(found.reason);
      expect(found.error).toBeCloseTo(done.layers.find((layer) => layer.name === name)!.error!, 6);
      // Beside kernels of int8 they have 16 bits, whose levels are too many to draw.
      expect(found).toMatchObject({ scales: 4, values: bits === 'uint8' ? 256 : 65_536, compensates: false });
      expect(found.rows.map(({ tensor }) => tensor).sort()).toEqual(
        bits === 'uint8' ? tensors.map(({ tensor }) => tensor.name).sort() : [],
      );
      for (const row of found.rows)
        for (const value of done.model.tensors.get(row.tensor)!.data) expect(row.levels).toContain(value + 0);
      expect(weightLevels(model, step({ step: 'quantize', bits }), name)).toEqual({
        ...{ state: 'kept', reason: 'it has no kernel of float32' },
      });
    }
  });

  it('are nearly the same in a sample, which says how large it is', async () => {
    const model = await readCheckpoint(SHIPPED);
    for (const given of [
      { step: 'quantize', bits: 'int4' },
      { step: 'quantize', bits: 'uint8' },
      { step: 'cluster', clusters: 16 },
      { step: 'ternarize' },
    ]) {
      const whole = weightLevels(model, step(given), 'dense1');
      const some = weightLevels(model, step(given), 'dense1', 20_000);
      if (whole.state === 'kept' || some.state === 'kept') throw new Error('it was left alone');
      expect(some.judged).toBeLessThan(26_000);
      expect(some.judged).toBeGreaterThan(10_000);
      expect(some.weights).toBe(whole.weights);
      expect(some.values).toBe(whole.values);
      expect(some.error / whole.error).toBeGreaterThan(0.9);
      expect(some.error / whole.error).toBeLessThan(1.1);
      expect(Math.abs(some.idealBits - whole.idealBits)).toBeLessThan(0.25);
    }
  });

  it('say why a layer stays as it is', async () => {
    const model = await readCheckpoint(SHIPPED);
    const why = (given: Record<string, unknown>, layer: string) => {
      const found = weightLevels(model, step(given), layer);
      return found.state === 'kept' ? found.reason : '';
    };
    expect(why({ step: 'binarize' }, 'conv1')).toBe('it is the first layer with weights');
    expect(why({ step: 'cluster', protect: ['dense1'] }, 'dense1')).toBe('it is protected by "dense1"');
    expect(why({ step: 'quantize', layers: { dense1: 'float32' } }, 'dense1')).toBe('as the step says');
    expect(() => weightLevels(model, step({ step: 'cluster' }), 'dens')).toThrow('The model has no layer "dens"');
    const kernel = model.tensors.get('dense1/kernel')!;
    const broken = {
      ...model,
      tensors: new Map(model.tensors).set(kernel.name, {
        ...kernel,
        data: kernel.data.map((value, i) => (i === 7 ? NaN : value)),
      }),
    };
    const found = weightLevels(broken, step({ step: 'quantize', bits: 'int4' }), 'dense1');
    expect(found).toEqual({ state: 'kept', reason: 'dense1/kernel has values beyond the range of int4' });
  });
});
