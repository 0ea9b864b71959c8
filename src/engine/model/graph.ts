import type { ModelContent } from '../checkpoint/types';
import { graphOfLayers } from './layers-model/graph';
import { graphOfOperations } from './graph-model/graph';
import type { ModelGraph } from './model-graph';
import { readOperations, signatureOutputs } from './graph-model/read';

const graphs = new WeakMap<ModelContent, ModelGraph>();

/**
 * A model as a graph: nodes with shapes, parameters, MACs and tensors. What is unknown stays null.
 * @throws UserError where its calls could never be made; no model that was validated
 */
export function readGraph(model: ModelContent): ModelGraph {
  const known = graphs.get(model);
  if (known) return known;
  const operations = readOperations(model.modelTopology, signatureOutputs(model.described?.['signature']));
  const graph = operations ? graphOfOperations(model, operations) : graphOfLayers(model);
  graphs.set(model, graph);
  return graph;
}
