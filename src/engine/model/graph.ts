import type { ModelContent } from '../checkpoint/types';
import { graphOfLayers } from './layers-model/graph';
import { graphOfOperations } from './graph-model/graph';
import type { ModelGraph } from './model-graph';
import { readOperations, signatureOutputs } from './graph-model/read';

const graphs = new WeakMap<ModelContent, ModelGraph>();

/**
 * Reads a model as a graph: nodes with shapes, parameters, MACs and tensors. Unknown values are null.
 * @throws UserError where its calls could never be made, which never happens for a validated model
 */
export function readGraph(model: ModelContent): ModelGraph {
  const known = graphs.get(model);
  if (known) return known;
  const operations = readOperations(model.modelTopology, signatureOutputs(model.described?.['signature']));
  const graph = operations ? graphOfOperations(model, operations) : graphOfLayers(model);
  graphs.set(model, graph);
  return graph;
}
