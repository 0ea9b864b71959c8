import { describe, expect, it } from 'vitest';
import type { ModelContent } from '../../../src/engine/checkpoint/types';
import { rawPixelLayer } from '../../../src/engine/model/preprocessing';

const layer = (type: string, config: object = {}) => ({
  class_name: type,
  name: type.toLowerCase(),
  config: { name: type.toLowerCase(), ...config },
});
const input = { batch_input_shape: [null, 8, 8, 1] };

function model(layers: readonly object[], stored: Readonly<Record<string, readonly number[]>> = {}): ModelContent {
  const tensors = Object.entries(stored).map(([name, values]) => {
    const data = Float32Array.from(values);
    return [name, { name, shape: [data.length], dtype: 'float32' as const, data }] as const;
  });
  return { modelTopology: { class_name: 'Sequential', config: { name: 'm', layers } }, tensors: new Map(tensors) };
}
const beginningWith = (...layers: object[]): ModelContent =>
  model([...layers, layer('Flatten'), layer('Dense', { units: 2 })]);

describe('a model takes raw pixels where it begins', () => {
  it.each([
    ['with a Rescaling to [0,1]', { scale: 1 / 255, offset: 0 }],
    ['with a Rescaling to [-1,1]', { scale: 1 / 127.5, offset: -1 }],
    ['with a Rescaling whose offset is left out', { scale: 1 / 255 }],
  ])('%s', (_, config) => {
    expect(rawPixelLayer(beginningWith(layer('Rescaling', { ...input, ...config })))).toBe('rescaling');
  });

  it.each([
    ['by statistics of pixels in its configuration', { mean: [[[[127]]]], variance: [[[[3600]]]] }, {}],
    [
      'by statistics of pixels among its weights',
      {},
      { 'normalization/mean': [120], 'normalization/variance': [4000] },
    ],
    ['that says nothing of its statistics', {}, {}],
  ])('with a Normalization %s', (_, config, stored) => {
    const layers = [layer('Normalization', { ...input, ...config }), layer('Flatten'), layer('Dense', { units: 2 })];
    expect(rawPixelLayer(model(layers, stored))).toBe('normalization');
  });

  it('behind layers that only move pixels, and within a nested model', () => {
    const rescaling = layer('Rescaling', { scale: 1 / 255 });
    const moved = [
      layer('ZeroPadding2D', { ...input, padding: 1 }),
      layer('RandomFlip'),
      layer('Dropout', { rate: 0.1 }),
    ];
    expect(rawPixelLayer(beginningWith(...moved, rescaling))).toBe('rescaling');
    const inner = { class_name: 'Sequential', config: { name: 'base', layers: [{ ...rescaling, config: { ...rescaling.config, ...input } }] } }; // prettier-ignore
    expect(rawPixelLayer(beginningWith(inner))).toBe('rescaling');
  });
});

describe('it does not', () => {
  it.each([
    ['where a Rescaling makes large numbers of 0..255', layer('Rescaling', { ...input, scale: 2, offset: -1 })],
    ['where a Rescaling has no number as its scale', layer('Rescaling', { ...input, scale: 'half' })],
    ['where a Normalization is of pixels in [0,1]', layer('Normalization', { ...input, mean: [0.3], variance: [0.1] })],
    ['where it begins with a convolution', layer('Conv2D', { ...input, filters: 2, kernel_size: 3 })],
    ['where its BatchNormalization comes first', layer('BatchNormalization', input)],
  ])('%s', (_, first) => {
    expect(rawPixelLayer(beginningWith(first))).toBeNull();
  });

  it('where another layer sees the pixels beside the Rescaling', () => {
    const fed = (one: ReturnType<typeof layer>, ...from: string[]) => ({
      ...one,
      inbound_nodes: [from.map((name) => [name, 0, 0, {}])],
    });
    const layers = [
      { ...layer('InputLayer', input), inbound_nodes: [] },
      fed(layer('Rescaling', { scale: 1 / 255 }), 'inputlayer'),
      fed(layer('Conv2D', { filters: 1, kernel_size: 1 }), 'inputlayer'),
      fed(layer('Add'), 'rescaling', 'conv2d'),
    ];
    const built = (some: readonly object[], output: string): ModelContent => {
      const ends = { input_layers: [['inputlayer', 0, 0]], output_layers: [[output, 0, 0]] };
      const modelTopology = { class_name: 'Functional', config: { name: 'm', layers: some, ...ends } };
      return { modelTopology, tensors: new Map() };
    };
    expect(rawPixelLayer(built(layers, 'add'))).toBeNull();
    expect(rawPixelLayer(built(layers.slice(0, 2), 'rescaling'))).toBe('rescaling');
  });

  it('where nothing is known of its layers', () => {
    expect(rawPixelLayer({ modelTopology: { node: [] }, tensors: new Map() })).toBeNull();
  });
});
