import type { TopologyNode } from '../../protocol/topology';
import type { ModelContent } from '../checkpoint/types';
import { readGraph } from '../model/graph';
import type { ModelGraph } from '../model/model-graph';

/**
 * Lists the calls of a model as nodes with edges; for a GraphModel its operations. Layers on which no output depends, and
 * tensors of no layer, come last and are loose.
 */
export function topologyNodes(model: ModelContent): TopologyNode[] {
  const graph = readGraph(model);
  const nodes = graph.layered ? callsOf(graph) : operationsOf(graph);
  const drawn = new Set(nodes.map(({ layer }) => layer));
  const loose = graph.layers
    .filter(({ name }) => !drawn.has(name))
    .map(({ name, path, type, outputShape }): TopologyNode => ({
      ...{ layer: name, path: [...path], type, shape: outputShape && [...outputShape], inputs: [], end: 'loose' },
    }));
  return [...nodes, ...loose];
}

function callsOf({ nodes, calls, inputCalls, results }: ModelGraph): TopologyNode[] {
  const takes = new Set(inputCalls);
  const makes = new Set(results.map(({ call }) => call));
  return calls.map(({ node, inputs, shape }, i): TopologyNode => {
    const { name, path, type, calls: own } = nodes[node]!;
    return {
      layer: name,
      path: [...path],
      type,
      shape: shape && [...shape],
      inputs: inputs.map(({ call, output, keyword }) => {
        // Shapes are known of first results alone.
        const made = output === 0 ? calls[call]!.shape : null;
        return { from: call, shape: made && [...made], ...(keyword === undefined ? {} : { keyword }) };
      }),
      ...(own.length > 1 ? { call: { number: own.indexOf(i) + 1, of: own.length } } : {}),
      ...(makes.has(i) ? { end: 'output' } : takes.has(i) ? { end: 'input' } : {}),
    };
  });
}

function operationsOf({ operations }: ModelGraph): TopologyNode[] {
  return (operations?.() ?? []).map(({ name, type, layer, inputs, end }): TopologyNode => ({
    layer: layer ?? null,
    path: name.split('/').filter((part) => part !== ''),
    type,
    shape: null,
    inputs: inputs.map((from) => ({ from, shape: null })),
    ...(end === undefined ? {} : { end }),
  }));
}
