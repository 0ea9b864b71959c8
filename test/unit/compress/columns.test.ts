import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import { tf } from '../../../src/engine/tf';
import { layers } from '../../../src/engine/model/layers-model/tfjs-layers';
import { columnsOf } from '../../../src/engine/model/layers-model/columns';
import { numbers } from 'tfjs-backend-onnxruntime/testing/networks/index';

beforeAll(() => tf.setBackend('cpu'));

type Layer = layers.layers.Layer;

/** The largest difference between what a layer puts out and its columns times its kernel. */
function difference(layer: Layer, shape: number[]): number {
  return tf.tidy(() => {
    const input = tf.tensor(numbers(tf.util.sizeFromShape(shape)), shape);
    const output = layer.apply(input) as tf.Tensor;
    const [kernel] = layer.getWeights();
    const outputs = kernel!.shape.at(-1)!;
    const product = tf.matMul(
      columnsOf(layer)!(input),
      tf.reshape<tf.Rank.R2>(kernel!, [kernel!.size / outputs, outputs]),
    );
    expect(product.size).toBe(output.size);
    return tf.max(tf.abs(tf.sub(tf.reshape(product, output.shape), output))).dataSync()[0]!;
  });
}

const small = fc.integer({ min: 1, max: 3 });
/** tfjs allows either strides or dilation. */
const spread = fc.oneof(
  fc.record({ strides: small, dilationRate: fc.constant(1) }),
  fc.record({ strides: fc.constant(1), dilationRate: small }),
);
const common = { useBias: false, kernelInitializer: layers.initializers.glorotUniform({ seed: 3 }) };

it('the columns of a convolution times its kernel are its output: windows, strides, dilation, padding', () => {
  const padding = fc.constantFrom('valid' as const, 'same' as const);
  fc.assert(
    fc.property(small, small, spread, padding, small, (height, width, { strides, dilationRate }, kind, channels) => {
      const options = { ...common, filters: 2, strides, dilationRate, padding: kind };
      const layer = layers.layers.conv2d({ ...options, kernelSize: [height, width] });
      expect(difference(layer, [2, 9, 8, channels])).toBeLessThan(1e-5);
      layer.dispose();
    }),
    { numRuns: 60 },
  );
});

it('of one dimension, and of dense layers on sequences too', () => {
  for (const padding of ['valid', 'same'] as const) {
    const layer = layers.layers.conv1d({ ...common, filters: 3, kernelSize: 3, dilationRate: 2, padding });
    expect(difference(layer, [2, 9, 2])).toBeLessThan(1e-5);
  }
  expect(difference(layers.layers.dense({ ...common, units: 3 }), [2, 5, 4])).toBeLessThan(1e-5);
  expect(columnsOf(layers.layers.depthwiseConv2d({ kernelSize: 3 }))).toBeUndefined();
});
