import type { ModelContent } from '../../checkpoint/types';
import { UserError } from '../../../protocol/errors';
import { readGraph } from '../../model/graph';
import type { ModelGraph } from '../../model/model-graph';
import type { ChannelGroups } from './channel-groups';
import { Tracer, type FollowedGraph } from './tracer';

/**
 * Follows channels through a model, call by call, nested models included. A layer with weights reads and makes the same
 * channels at each of its calls. Channels that cannot be followed are fixed, with the reason.
 * @param seen returns the graph as it is to be followed
 * @throws UserError where the model has no layers
 */
export function channelGroups(
  model: ModelContent,
  seen: (graph: ModelGraph) => FollowedGraph = (graph) => graph,
): ChannelGroups {
  return new Tracer(seen(graphOf(model))).trace();
}

/** Reads a model as nodes and their calls. @throws UserError where these are unknown */
export function graphOf(model: ModelContent): ModelGraph {
  const graph = readGraph(model);
  if (!graph.layered)
    throw new UserError('The model is not a LayersModel, so no channels can be removed: convert it first.');
  return graph;
}
