import { expect, test } from 'vitest';
import type { PlannedLayer, StepPlan } from '../../../../src/protocol/plan';
import type { ModelTopology, TopologyNode } from '../../../../src/protocol/topology';
import { changesOf } from '../../../../src/webview/graph/changes';
import { coupledWith } from '../../../../src/webview/graph/coupled';

const node = (name: string, inputs: number[], channels: number): TopologyNode => ({
  ...{ layer: name, path: [name], type: 'Conv2D', shape: [null, 8, 8, channels] },
  inputs: inputs.map((from) => ({ from, shape: null })),
});
const side = (width: number, params: number) => ({
  ...{ width, params, nonzero: params, sparsity: 0, macs: null, nonzeroMacs: null },
});
const planned = (name: string, more: Partial<PlannedLayer>): PlannedLayer => ({
  ...{ name, type: 'Conv2D', state: 'kept', threshold: null, before: side(4, 9), after: side(4, 9) },
  ...more,
});
const plan = (kind: StepPlan['kind'], layers: PlannedLayer[]): StepPlan => {
  const totals = { params: 0, nonzero: 0, kernelWeights: 0, sparsity: 0, macs: null, nonzeroMacs: null };
  return {
    ...{ kind, counts: { layers, totals: { before: totals, after: totals } }, metrics: null },
    bytes: { before: { bytes: 0, gzipBytes: 0 }, after: null, layers: [] },
  };
};

const nodes = [node('a', [], 4), node('bn', [0], 4), node('b', [1], 4), node('sum', [1, 2], 4)];

test('a plan that keeps the graph has no second drawing', () => {
  expect(changesOf(nodes, plan('zeros', []))).toBeNull();
});

test('merged layers go, and their readers read what they read', () => {
  const changes = changesOf(nodes, plan('layers', [planned('bn', { state: 'merged', into: 'a' }), planned('a', { state: 'absorbs' })])); // prettier-ignore
  expect(changes?.after.nodes.map(({ layer }) => layer)).toEqual(['a', 'b', 'sum']);
  expect(changes?.after.nodes.map(({ inputs }) => inputs.map(({ from }) => from))).toEqual([[], [0], [0, 1]]);
  expect(changes?.before.get(1)).toEqual({ kind: 'gone', words: 'merged into a' });
});

test('a replaced layer becomes a row of its parts', () => {
  const part = (name: string) => ({ name, type: 'Conv2D', params: 1, macs: null, shape: [null, 8, 8, 2] });
  const becomes = [part('b_1'), part('b_2')];
  const changes = changesOf(nodes, plan('layers', [planned('b', { state: 'replaced', becomes })]));
  expect(changes?.after.nodes.map(({ layer }) => layer)).toEqual(['a', 'bn', 'b_1', 'b_2', 'sum']);
  expect(changes?.after.nodes.at(-1)?.inputs.map(({ from }) => from)).toEqual([1, 3]);
  expect(changes?.after.marks.get(2)?.words).toBe('for b');
});

test('removed channels change shapes and are marked on both sides', () => {
  const changes = changesOf(nodes, plan('channels', [planned('a', { state: 'removed', after: side(3, 7) })]));
  expect(changes?.after.nodes[0]?.shape).toEqual([null, 8, 8, 3]);
  expect(changes?.before.get(0)?.words).toBe('4 \u2192 3 channels');
  expect(changes?.after.marks.get(0)).toEqual(changes?.before.get(0));
  expect(changes?.before.size).toBe(1);
});

test('the layers of coupled channels are lit up with a maker, and a sentence says what goes together', () => {
  const topology: ModelTopology = {
    nodes,
    coupled: [{ makers: ['a', 'b'], along: ['bn', 'sum'], channels: 4, fixed: 4, reason: 'they are the output' }],
  };
  const { layers, sentence } = coupledWith(topology, 'a');
  expect([...layers.keys()].toSorted()).toEqual(['b', 'bn', 'sum']);
  expect(sentence).toBe('a makes 4 channels, which go only together with those of b. They stay: they are the output.');
  expect(coupledWith(topology, 'other').layers.size).toBe(0);
  expect(coupledWith({ nodes, coupled: null, notCoupled: 'Not layers.' }, 'a').sentence).toBe('Not layers.');
});
