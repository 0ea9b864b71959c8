import type { GraphNode, GraphTensor, ModelGraph } from '../../model/model-graph';
import { channelAxes, type ChannelAxis } from '../remove/axes';
import type { LayerChannels } from '../remove/channel-groups';

/** A layer whose units can be chosen where its weights are drawn anew: it returns its outputs alone. */
type Scalable = GraphNode & { readonly op: { readonly kind: 'recurrent'; readonly units: number } };

const isScalable = (node: GraphNode): node is Scalable =>
  node.op.kind === 'recurrent' && !node.op.states && node.op.units !== null;

/**
 * Returns a graph in which recurrent layers make channels as dense ones do. States couple all units of a layer, so none can
 * be removed; but with random weights any number of them does.
 */
export function withFreeUnits(graph: ModelGraph): ModelGraph {
  const nodes = graph.nodes.map((node): GraphNode => {
    if (!isScalable(node)) return node;
    const { units } = node.op;
    const kernel = node.tensors.find(({ role }) => role === 'kernel');
    if (!kernel) return node;
    const [inputs = 0] = kernel.tensor.shape;
    const alone: GraphTensor = {
      ...kernel,
      tensor: { ...kernel.tensor, shape: [inputs, units] },
      axes: [{ axis: 0, side: 'inputs' }, { axis: 1, side: 'outputs' }], // prettier-ignore
    };
    return {
      ...node,
      op: { kind: 'dense', units, activation: 'linear', channelsFirst: node.op.channelsFirst },
      tensors: [alone],
    };
  });
  return { ...graph, nodes };
}

/** Finds the axes of a tensor that run over channels, those of recurrent layers too: the units of each gate follow one another. */
export function axesWithUnits(one: GraphTensor, layer: LayerChannels, node: GraphNode): ChannelAxis[] {
  if (!isScalable(node) || layer.op.kind !== 'dense') return channelAxes(one, layer);
  const { inputs, outputs } = layer;
  const { shape } = one.tensor;
  const gates: ChannelAxis = {
    ...{ axis: shape.length - 1, side: 'outputs' },
    groups: Array.from({ length: shape.at(-1)! / outputs.length }, () => outputs).flat(),
  };
  if (one.role === 'kernel') return [{ axis: 0, side: 'inputs', groups: inputs }, gates];
  return one.role === 'recurrent-kernel' ? [{ axis: 0, side: 'outputs', groups: outputs }, gates] : [gates];
}
