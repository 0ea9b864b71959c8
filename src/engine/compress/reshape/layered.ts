import { UserError } from '../../../protocol/errors';
import type { ModelContent } from '../../checkpoint/types';
import { readGraph } from '../../model/graph';
import type { ModelGraph } from '../../model/model-graph';

/** Reads a model as nodes and their calls. @throws UserError where these are unknown */
export function layeredGraph(model: ModelContent): ModelGraph {
  const graph = readGraph(model);
  if (!graph.layered)
    throw new UserError('The model is not a LayersModel, so no layers can be replaced: convert it first.');
  return graph;
}

/** Identifies a layer by the names of the models around it and its own. */
export const pathKey = ({ path }: { readonly path: readonly string[] }): string => JSON.stringify(path);
