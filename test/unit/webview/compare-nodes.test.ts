import { expect, test } from 'vitest';
import type { ComparedLayer } from '../../../src/protocol/measure/compare';
import type { TopologyNode } from '../../../src/protocol/topology';
import { changedNodes } from '../../../src/webview/compare/changed-nodes';

const node = (layer: string | null, type: string, width: number, name = layer ?? type): TopologyNode => ({
  ...{ layer, type, path: [name], shape: [null, 4, width], inputs: [] },
});
const layer = (name: string, a: number, b: number): ComparedLayer => {
  const side = (params: number) => ({
    type: 'Dense',
    outputShape: null,
    params,
    nonzero: 1,
    sparsity: null,
    macs: null,
  });
  return { name, a: side(a), b: side(b), histogram: null };
};

test('two graphs are matched by layers and places, and what differs has a mark on both sides', () => {
  const a = [node('in', 'Input', 3), node('conv', 'Conv2D', 64), node('drop', 'Dropout', 64), node(null, 'Add', 64), node('out', 'Dense', 10)]; // prettier-ignore
  const b = [node('in', 'Input', 3), node('conv', 'Conv2D', 32), node(null, 'Add', 64), node('out', 'Dense', 10), node('new', 'Dense', 10)]; // prettier-ignore
  const marks = changedNodes(a, b, [layer('in', 0, 0), layer('conv', 100, 50), layer('out', 640, 320)]);
  expect([...marks.a]).toEqual([
    [1, { kind: 'narrower', words: '64 → 32 channels' }],
    [2, { kind: 'gone', words: 'only here' }],
    [4, { kind: 'narrower', words: '640 → 320 parameters' }],
  ]);
  expect([...marks.b]).toEqual([
    [1, { kind: 'narrower', words: '64 → 32 channels' }],
    [3, { kind: 'narrower', words: '640 → 320 parameters' }],
    [4, { kind: 'new', words: 'only here' }],
  ]);
  expect(changedNodes(a, a, []).a.size).toBe(0);
});
