import { expect, it } from 'vitest';
import { readCheckpoint } from '../../../src/engine/checkpoint/read';
import { pack } from '../../../src/engine/checkpoint/packed/pack';
import { quantized } from '../../../src/engine/compress/quantize/quantize';
import { clustered } from '../../../src/engine/compress/restrict/cluster';
import { runSizes, weightSizes } from '../../../src/engine/measure/weight-sizes';
import { ClusterStep } from '../../../src/protocol/steps/cluster';
import { QuantizeStep } from '../../../src/protocol/steps/quantize';

it('sizes of layers add up to those of the model, before and after a step', async () => {
  const shipped = await readCheckpoint('media/samples/fashion-cnn/model.json');
  const { model } = clustered(shipped, ClusterStep.parse({ step: 'cluster' }));
  const { before, layers } = runSizes(shipped, model);
  const after = weightSizes(model);
  expect(before!.bytes).toBe(shipped.files.slice(1).reduce((sum, { bytes }) => sum + bytes, 0));
  for (const size of ['bytes', 'idealBits'] as const) {
    expect(layers.reduce((sum, layer) => sum + layer.before![size], 0)).toBeCloseTo(before![size], 3);
    expect(layers.reduce((sum, layer) => sum + layer.after[size], 0)).toBeCloseTo(after[size], 3);
  }
  expect(after.bytes).toBe(before!.bytes);
  // Sixteen values take at most four bits; biases are as before.
  expect(after.idealBits).toBeLessThan(before!.idealBits / 7.5);
  expect(runSizes(null, model)).toMatchObject({
    before: null,
    layers: layers.map(({ name }) => ({ name, before: null })),
  });
});

it('ideal bits of a grid with a scale for each channel are about what a packed file takes', async () => {
  const shipped = await readCheckpoint('media/samples/fashion-cnn/model.json');
  const { model } = quantized(shipped, QuantizeStep.parse({ step: 'quantize', bits: 'int4' }));
  const { idealBits } = weightSizes(model);
  const { tensorBits } = pack(model);
  const packed = [...tensorBits.values()].reduce((sum, bits) => sum + bits, 0);
  expect(idealBits).toBeLessThan(before(shipped) / 8);
  expect(packed / idealBits).toBeLessThan(1.03);
});

const before = (model: Parameters<typeof weightSizes>[0]): number => weightSizes(model).bytes * 8;
