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

test('a node that takes other values than before is marked, and one behind a layer that went is not', () => {
  const from = (one: TopologyNode, ...nodes: number[]): TopologyNode => ({
    ...one,
    inputs: nodes.map((at) => ({ from: at, shape: [null, 4, 8] })),
  });
  const [input, conv, side, add, out] = [node('in', 'Input', 8), node('conv', 'Conv2D', 8), node('side', 'Conv2D', 8), node('add', 'Add', 8), node('out', 'Dense', 8)]; // prettier-ignore
  const a = [input, from(conv, 0), from(side, 0), from(add, 1, 2), from(out, 3)];
  const skipped = [input, from(conv, 0), from(side, 0), from(add, 1, 0), from(out, 3)];
  const marks = changedNodes(a, skipped, []);
  expect([...marks.a]).toEqual([[3, { kind: 'changed', words: 'other inputs' }]]);
  expect([...marks.b]).toEqual([[3, { kind: 'changed', words: 'other inputs' }]]);
  // The places of nodes in the lists say nothing.
  const turned = [input, from(side, 0), from(conv, 0), from(add, 2, 1), from(out, 3)];
  expect(changedNodes(a, turned, []).a.size).toBe(0);

  const normal = [input, from(conv, 0), from(node('norm', 'BatchNormalization', 8), 1), from(out, 2)];
  const merged = [input, from(conv, 0), from(out, 1)];
  expect([...changedNodes(normal, merged, []).a.keys()]).toEqual([2]);
  expect(changedNodes(normal, merged, []).b.size).toBe(0);
  expect([...changedNodes(merged, normal, []).b.keys()]).toEqual([2]);
});
