import { beforeAll, describe, expect, it } from 'vitest';
import { batchWithin } from '../../../src/engine/model/batch-size';
import { networkOf } from '../../../src/engine/model/layers-model/network';
import { requireShapes } from '../../../src/engine/model/layers-model/outputs';
import { toLayersModel } from '../layers-model';
import { tf } from '../../../src/engine/tf';
import { layers } from '../../../src/engine/model/layers-model/tfjs-layers';

const make = layers.layers;

beforeAll(() => tf.setBackend('cpu'));

function model(...some: layers.layers.Layer[]): layers.LayersModel {
  return layers.sequential({ layers: some });
}
const upSampled = (times: number) => [
  make.upSampling2d({ size: [times, times], inputShape: [28, 28, 1] }),
  make.globalAveragePooling2d({}),
];

describe('the batch of a model', () => {
  it('is as large as is wanted where its outputs are small', () => {
    expect(batchWithin(networkOf(model(...upSampled(2))), 500)).toBe(500);
  });

  it('is smaller the larger its largest output is, whatever comes behind, and one at least', () => {
    // 512 MiB for three times 4 bytes x (28 x 64)^2.
    expect(batchWithin(networkOf(model(...upSampled(64))), 500)).toBe(Math.floor(2 ** 29 / (12 * 1792 ** 2)));
    expect(batchWithin(networkOf(model(...upSampled(400))), 500)).toBe(1);
  });

  it('sees into models within it', () => {
    const inner = model(...upSampled(64));
    const input = layers.input({ shape: [28, 28, 1] });
    const outer = layers.model({ inputs: input, outputs: inner.apply(input) as layers.SymbolicTensor });
    expect(batchWithin(networkOf(outer), 500)).toBe(batchWithin(networkOf(inner), 500));
  });
});

describe('outputs that a description gives', () => {
  it('without a size are refused with the layer', async () => {
    // Nothing is known of what this layer is set to, but it makes NaN of it.
    const config = { name: 'wide', batch_input_shape: [null, 6, 6, 3], factor: 0.5, interpolation: 'bilinear' };
    const broken = make.flatten({ name: 'wide', inputShape: [6, 6, 3] });
    broken.computeOutputShape = () => [null, NaN];
    expect(() => requireShapes(model(broken))).toThrow(
      /^The layer "wide" has settings that give no output, so the model cannot be evaluated or trained: convert it again\.$/,
    );
    const strange = { class_name: 'Sequential', config: { name: 'm', layers: [{ class_name: 'Permute', config: { ...config, dims: [2, 1] } }] } }; // prettier-ignore
    await expect(toLayersModel({ modelTopology: strange, tensors: new Map() })).rejects.toThrow(
      /cannot be evaluated|convert/,
    );
  });

  it('larger than can be computed are refused with the layer', () => {
    expect(() => requireShapes(model(...upSampled(2000)))).toThrow(
      /^The output of the layer "up_sampling2d\S*" alone takes more than 4 GiB for one example, .*\.$/,
    );
    expect(() => requireShapes(model(...upSampled(64)))).not.toThrow();
  });
});
