import { beforeAll, describe, expect, it } from 'vitest';
import { tf } from '../../../src/engine/tf';
import { layers as tfLayers } from '../../../src/engine/model/layers-model/tfjs-layers';
import { recalibrate } from '../../../src/engine/compress/recalibrate';
import { recalibrate as step } from '../../../src/engine/recipe/steps/recalibrate';
import { RecalibrateStep } from '../../../src/protocol/steps/recalibrate';
import { examplesOf } from '../dataset/examples-of';
import { fromLayersModel } from '../../../src/engine/model/layers-model/content';

beforeAll(() => tf.setBackend('cpu'));

const { layers: l } = tfLayers;
type Symbolic = tfLayers.SymbolicTensor;

const COUNT = 30;
const pixels = Uint8Array.from({ length: COUNT * 4 }, (_, i) => (i * i * 7 + i) % 200);
const images = examplesOf({
  ...{ values: pixels, shape: [2, 2, 1] },
  lookup: Float32Array.from({ length: 256 }, (_, i) => i / 255),
});
/** The values of one pixel in all images. */
const column = (at: number): number[] => Array.from({ length: COUNT }, (_, i) => pixels[4 * i + at]! / 255);
const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

async function statistics(model: tfLayers.LayersModel) {
  // One batch: its statistics are those of all images.
  const { model: after, layers } = await recalibrate(fromLayersModel(model), images, { batchSize: COUNT });
  model.dispose();
  const of = (name: string): number[] => [...after.tensors.get(name)!.data];
  return { mean: of('norm/moving_mean'), variance: of('norm/moving_variance'), layers: layers.map(({ name }) => name) };
}

function expectStatistics(found: { mean: number[]; variance: number[] }, valuesOf: (at: number) => number[]): void {
  for (let at = 0; at < 4; at++) {
    const mean = meanOf(valuesOf(at));
    expect(found.mean[at]).toBeCloseTo(mean, 5);
    expect(found.variance[at]).toBeCloseTo(meanOf(valuesOf(at).map((value) => (value - mean) ** 2)), 5);
  }
}

describe('the statistics of batch normalization are measured', () => {
  it('in a model within models', async () => {
    const inner = tfLayers.sequential({
      name: 'inner',
      layers: [l.batchNormalization({ name: 'norm', inputShape: [4] })],
    });
    const middle = tfLayers.sequential({ name: 'middle', layers: [inner] });
    const image = tfLayers.input({ shape: [4] });
    const outputs = l.dense({ units: 3 }).apply(middle.apply(image)) as Symbolic;
    const found = await statistics(tfLayers.model({ inputs: image, outputs }));
    expectStatistics(found, column);
    expect(found.layers).toEqual(['norm']);
  });

  it('over all calls of a layer that is called more than once', async () => {
    const norm = l.batchNormalization({ name: 'norm' });
    const image = tfLayers.input({ shape: [4] });
    const tripled = l.add().apply([image, image, image]) as Symbolic;
    const outputs = l.concatenate().apply([norm.apply(image), norm.apply(tripled)] as Symbolic[]) as Symbolic;
    const found = await statistics(tfLayers.model({ inputs: image, outputs }));
    expectStatistics(found, (at) => [...column(at), ...column(at).map((value) => 3 * value)]);
  });

  it('within a wrapper, over all steps of a series; a recipe lets it through', async () => {
    const model = tfLayers.sequential({
      layers: [
        l.reshape({ targetShape: [2, 2], inputShape: [4] }),
        l.timeDistributed({ name: 'each', layer: l.batchNormalization({ name: 'norm' }) }),
      ],
    });
    const content = fromLayersModel(model);
    const read = { start: content, referenced: { checkpoints: new Map(), architectures: new Map() } };
    expect(step.validate?.dryRun?.(content, RecalibrateStep.parse({ step: 'recalibrate' }), read)).toBe(content);
    const [mean] = [...content.tensors.keys()].filter((name) => name.endsWith('moving_mean'));
    const { model: after, layers } = await recalibrate(content, images, { batchSize: COUNT });
    expect(layers.map(({ name }) => name)).toEqual(['each']);
    for (const at of [0, 1])
      expect(after.tensors.get(mean!)!.data[at]).toBeCloseTo(meanOf([...column(at), ...column(at + 2)]), 5);
  });

  it('of layers that stand behind another, which goes by the statistics of the batch', async () => {
    const first = l.batchNormalization({ inputShape: [4], epsilon: 1e-9 });
    const model = tfLayers.sequential({
      layers: [first, l.batchNormalization({ name: 'norm' }), l.dense({ units: 3 })],
    });
    const { mean, variance } = await statistics(model);
    for (const value of mean) expect(value).toBeCloseTo(0, 5);
    for (const value of variance) expect(value).toBeCloseTo(1, 4);
  });

  it('and no tensor is left behind', async () => {
    const norm = l.batchNormalization({ name: 'norm', inputShape: [4] });
    const model = fromLayersModel(tfLayers.sequential({ layers: [norm] }));
    const before = tf.memory().numTensors;
    await recalibrate(model, images, { batchSize: 7 });
    expect(tf.memory().numTensors).toBe(before);
  });

  it('and a model without any is told so', async () => {
    const model = fromLayersModel(tfLayers.sequential({ layers: [l.dense({ units: 3, inputShape: [4] })] }));
    await expect(recalibrate(model, images, { batchSize: COUNT })).rejects.toThrow(/^The model has no batch norm/);
  });
});
