import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { calibrateActivations, gridOf } from '../../../src/engine/compress/quantize/calibrate-activations';
import { fakeQuantize } from '../../../src/engine/model/activation-grids';
import { fromLayersModel } from '../../../src/engine/model/layers-model/content';
import { tf } from '../../../src/engine/tf';
import { tinyDataset, tinyNetwork } from '../train/tiny';

beforeAll(() => tf.setBackend('cpu'));

describe('rounding to a grid', () => {
  it('gives the nearest of 256 values, 0 among them, and its gradient passes between the ends only', () => {
    const range = fc.record({ least: fc.double({ min: -5, max: 0, noNaN: true }), most: fc.double({ min: 0.1, max: 5, noNaN: true }) }); // prettier-ignore
    fc.assert(
      fc.property(
        range,
        fc.array(fc.double({ min: -6, max: 6, noNaN: true }), { minLength: 20, maxLength: 20 }),
        (ends, xs) => {
          // prettier-ignore
          const grid = gridOf(ends);
          const { scale, zeroPoint } = grid;
          const x = tf.tensor1d(xs);
          const { value, grad } = tf.valueAndGrad((one: tf.Tensor) => tf.sum(fakeQuantize(one, grid)))(x);
          const found = fakeQuantize(x, grid).dataSync();
          const gradients = grad.dataSync();
          xs.forEach((given, i) => {
            const nearest = Math.min(255 - zeroPoint, Math.max(-zeroPoint, given / scale));
            expect(Math.abs(found[i]! / scale - nearest)).toBeLessThanOrEqual(0.5001);
            const [low, high] = [-zeroPoint * scale, (255 - zeroPoint) * scale];
            if (given > low + 1e-5 && given < high - 1e-5) expect(gradients[i]).toBe(1);
            if (given < low - 1e-5 || given > high + 1e-5) expect(gradients[i]).toBe(0);
          });
          expect(fakeQuantize(tf.scalar(0), grid).dataSync()[0]).toBe(0);
          tf.dispose([x, value, grad]);
        },
      ),
      { numRuns: 30 },
    );
  });
});

describe('the ranges of activations', () => {
  it('span all values, most of them, or those with the smallest error of rounding', async () => {
    const model = tinyNetwork(3);
    const content = fromLayersModel(model);
    model.dispose();
    const data = await tinyDataset();
    const options = { samples: 100, seed: 0 };
    const of = (how: 'min-max' | 'percentile' | 'mse') =>
      calibrateActivations(content, content.tensors.keys(), how, data, options);
    const [all, most, best] = [await of('min-max'), await of('percentile'), await of('mse')];
    expect([...all.keys()]).toEqual(['conv/kernel', 'out/kernel']);
    // Pixels enter from -1 to 1.
    expect(all.get('conv/kernel')!.scale).toBeCloseTo(2 / 255, 3);
    // A relu has no values below 0.
    expect(all.get('out/kernel')!.zeroPoint).toBe(0);
    for (const name of all.keys()) {
      expect(most.get(name)!.scale).toBeLessThanOrEqual(all.get(name)!.scale);
      expect(best.get(name)!.scale).toBeLessThanOrEqual(all.get(name)!.scale);
    }
  });
});
