import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { readCheckpoint } from '../../../src/engine/checkpoint/read';
import { loadLayersModel } from '@tensorflow/tfjs-layers';
import '@tensorflow/tfjs-backend-cpu';
import { setBackend, type io } from '@tensorflow/tfjs-core';
import { coupledChannels } from '../../../src/engine/compress/remove/coupled-channels';
import { topologyNodes } from '../../../src/engine/measure/topology';
import { ModelTopology, type TopologyNode } from '../../../src/protocol/topology';
import { writeSearched } from '../../fixtures/searched-network';
import { temporaryFolder } from '../temporary';

const fixtures = path.join(import.meta.dirname, '../../fixtures');
const fileOf = (name: string): string => path.join(fixtures, name, 'model.json');

const SignedJson = z.object({ signature: z.object({ outputs: z.record(z.string(), z.unknown()) }) });

/** Edges between layers as stock TensorFlow.js builds them, one for each call, sorted. */
async function stockEdges(file: string): Promise<string[]> {
  await setBackend('cpu');
  const json = JSON.parse(await readFile(file, 'utf8')) as io.ModelJSON;
  const model = await loadLayersModel({ load: () => Promise.resolve({ modelTopology: json.modelTopology }) }, { strict: false }); // prettier-ignore
  const edges = model.layers.flatMap((layer) =>
    layer.inboundNodes.flatMap(({ inboundLayers }) => inboundLayers.map((from) => `${from.name} > ${layer.name}`)),
  );
  model.dispose();
  return edges.sort();
}

const edgesOf = (nodes: readonly TopologyNode[]): string[] =>
  nodes
    .flatMap(({ layer, inputs }) => inputs.map(({ from }) => `${String(nodes[from]!.layer)} > ${String(layer)}`))
    .sort();

describe('the nodes of a drawing', () => {
  it.each(['keras/branches', 'keras/residual', 'cases/multi-io', 'cases/shared-layer', 'cases/ensemble-average'])(
    'of %s have the edges that stock TensorFlow.js builds',
    async (name) => {
      const nodes = topologyNodes(await readCheckpoint(fileOf(name)));
      expect(edgesOf(nodes)).toEqual(await stockEdges(fileOf(name)));
      for (const [i, { inputs }] of nodes.entries()) for (const { from } of inputs) expect(from).toBeLessThan(i);
    },
  );

  it('of a network that a search wrote have the edges that stock TensorFlow.js builds', async () => {
    const file = await writeSearched(await temporaryFolder(), { seed: 3, cells: 7 });
    const nodes = topologyNodes(await readCheckpoint(file));
    expect(nodes.length).toBeGreaterThan(200);
    expect(edgesOf(nodes)).toEqual(await stockEdges(file));
  });

  it('number the calls of a shared layer', async () => {
    const nodes = topologyNodes(await readCheckpoint(fileOf('cases/shared-layer')));
    const shared = nodes.filter(({ call }) => call !== undefined);
    expect(shared.length).toBeGreaterThan(1);
    expect(shared.map(({ call }) => call?.number)).toEqual(shared.map((_, i) => i + 1));
    expect(new Set(shared.map(({ layer }) => layer)).size).toBe(1);
  });

  it('of a nested model stand in its path', async () => {
    const nodes = topologyNodes(await readCheckpoint(fileOf('cases/transfer-func-seq')));
    expect(nodes.some(({ path: parts }) => parts.length > 1)).toBe(true);
    expect(nodes.filter(({ end }) => end === 'output')).toHaveLength(1);
  });

  it('of a GraphModel are its operations without constants, each with the layer that owns its weights', async () => {
    const checkpoint = await readCheckpoint(fileOf('cases/graph-two-heads'));
    const nodes = topologyNodes(checkpoint);
    const outputs = Object.keys(SignedJson.parse(JSON.parse(await readFile(fileOf('cases/graph-two-heads'), 'utf8'))).signature.outputs); // prettier-ignore
    expect(outputs.length).toBeGreaterThan(1);
    expect(nodes.some(({ type }) => type === 'Const')).toBe(false);
    expect(nodes.filter(({ end }) => end === 'input').length).toBe(1);
    expect(nodes.filter(({ end }) => end === 'output').length).toBe(outputs.length);
    const kernels = nodes.filter(({ type }) => /Conv2D|MatMul|Depthwise/.test(type));
    expect(kernels.every(({ layer }) => layer !== null)).toBe(true);
    expect(ModelTopology.shape.nodes.parse(nodes)).toEqual(nodes);
  });
});

describe('coupled channels', () => {
  it('of a residual sum are made by each layer that feeds it, and those of outputs stay', async () => {
    const sets = coupledChannels(await readCheckpoint(fileOf('keras/residual')));
    const summed = sets.filter(({ makers }) => makers.length > 1);
    expect(summed.length).toBeGreaterThan(0);
    expect(summed.every(({ channels, along }) => channels > 0 && along.length > 0)).toBe(true);
    const kept = sets.filter(({ fixed }) => fixed > 0);
    expect(kept.length).toBeGreaterThan(0);
    expect(kept.every(({ reason }) => reason !== undefined)).toBe(true);
  });
});
