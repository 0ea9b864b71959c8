import { expect, it } from 'vitest';
import type { RemovedLayer } from '../../../src/protocol/removal';
import type { ReshapedLayer } from '../../../src/protocol/reshaping';
import { fitting, narrowedParts, partWords, reshapedParts } from '../../../src/webview/run/changed-parts';

const shape = [null, 14, 14, 64];
const size = (params: number, width = 64) => ({ width, params, macs: null });
const layer = (name: string, more: Partial<ReshapedLayer>): ReshapedLayer => ({
  ...{ name, type: 'Conv2D', state: 'skipped', before: size(100), after: size(100), shape },
  ...more,
});

it('of replaced layers are the layer, and the chain in its place', () => {
  const becomes = [
    { name: 'conv2_core', type: 'DepthwiseConv2D', params: 288, macs: 1, shape: [null, 14, 14, 32] },
    { name: 'conv2_out', type: 'Conv2D', params: 1, macs: 1, shape: null },
  ];
  const [part, ...others] = reshapedParts([layer('conv1', {}), layer('conv2', { state: 'replaced', becomes })]);
  expect(others).toEqual([]);
  expect(part).toEqual({
    before: [{ name: 'conv2', type: 'Conv2D', size: '14 × 14 × 64, 100 params' }],
    after: [
      { name: 'conv2_core', type: 'DepthwiseConv2D', size: '14 × 14 × 32, 288 params' },
      { name: 'conv2_out', type: 'Conv2D', size: '1 param' },
    ],
  });
  expect(partWords(part!)).toBe(
    'conv2 (Conv2D, 14 × 14 × 64, 100 params) becomes conv2_core (DepthwiseConv2D, 14 × 14 × 32, 288 params), then conv2_out (Conv2D, 1 param).',
  );
});

it('of merged layers are all that went into one, in their order; dropped ones stand alone', () => {
  const parts = reshapedParts([
    layer('conv', { state: 'absorbs', after: size(90) }),
    layer('bn', { state: 'merged', type: 'BatchNormalization', into: 'conv' }),
    layer('drop', { state: 'dropped', type: 'Dropout', before: size(0) }),
  ]);
  expect(parts.map(({ before, after }) => [before.map(({ name }) => name), after.map(({ name }) => name)])).toEqual([
    [['conv', 'bn'], ['conv']],
    [['drop'], []],
  ]);
  expect(parts[0]!.after[0]!.size).toBe('14 × 14 × 64, 90 params');
  expect(partWords(parts[1]!)).toBe('drop (Dropout, 14 × 14 × 64) is dropped.');
});

it('of a removal are the layers that became narrower', () => {
  const removed = (name: string, more: Partial<RemovedLayer>): RemovedLayer => ({
    ...{ name, type: 'Conv2D', state: 'skipped', before: size(100), after: size(100) },
    ...more,
  });
  const parts = narrowedParts([
    removed('a', { state: 'removed', after: size(50, 40) }),
    removed('pool', { state: 'follows' }),
    removed('b', { state: 'follows', after: size(60) }),
    removed('c', {}),
  ]);
  expect(parts.map(({ before, after }) => [before[0]!.size, after[0]!.size])).toEqual([
    ['64 wide, 100 params', '40 wide, 50 params'],
    ['64 wide, 100 params', '64 wide, 60 params'],
  ]);
});

it('long names are shortened in the middle', () => {
  expect(fitting('short')).toBe('short');
  const name = 'block_13_expand_relu_and_more_of_it_out';
  expect(fitting(name)).toHaveLength(28);
  expect(fitting(name)).toMatch(/^block_13_expand_r.*_of_it_out$/);
});
