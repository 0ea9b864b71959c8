import type { GraphNode, GraphTensor, ModelGraph } from '../../model/model-graph';
import type { OpOf } from '../../model/op/op';
import { channelAxes, type ChannelAxis } from '../remove/axes';
import type { LayerChannels } from '../remove/channel-groups';
import type { FollowedGraph } from '../remove/tracer';
import { atEachStep } from './stepwise';

/** The units of a layer with states. */
interface Units {
  /** Units of a direction. */
  readonly units: number;
  /** 2 where the outputs of both directions follow one another, else 1. */
  readonly copies: number;
}

/**
 * Returns a graph in which recurrent layers make channels as dense ones do, and in which wrapped layers are followed. States
 * couple all units of a layer, so none can be removed; but with random weights any number of them does.
 */
export function withFreeUnits(graph: ModelGraph): FollowedGraph {
  const copies = new Map<GraphNode, number>();
  const nodes = graph.nodes.map((node): GraphNode => {
    const step = atEachStep(node);
    const free = unitsOf(step, graph);
    const kernel = step.tensors.find(({ role }) => role === 'kernel');
    if (!free || !kernel) return step;
    const width = free.copies * free.units;
    const alone: GraphTensor = {
      ...kernel,
      tensor: { ...kernel.tensor, shape: [kernel.tensor.shape.at(-2) ?? 0, width] },
      axes: [{ axis: 0, side: 'inputs' }, { axis: 1, side: 'outputs' }], // prettier-ignore
    };
    const { channelsFirst } = step.op;
    const seen: GraphNode = { ...step, op: { kind: 'dense', units: width, activation: 'linear', channelsFirst }, tensors: [alone] }; // prettier-ignore
    copies.set(seen, free.copies);
    return seen;
  });
  return { ...graph, nodes, copies };
}

/** Finds the units that can be chosen freely where weights are drawn anew: those of layers that return their outputs alone. */
function unitsOf({ op, calls }: GraphNode, graph: ModelGraph): Units | undefined {
  // Other inputs are states, whose number is that of the units.
  if (calls.some((call) => graph.calls[call]!.inputs.length > 1)) return undefined;
  if (op.kind !== 'bidirectional') return isRecurrent(op) ? alone(op) : undefined;
  const { inner, merge } = op;
  if (!inner || !isRecurrent(inner) || merge === 'apart' || merge === 'other') return undefined;
  const one = alone(inner);
  return one && { ...one, copies: merge === 'concat' ? 2 : 1 };
}

type WithStates = OpOf<'recurrent' | 'conv-lstm'>;

const isRecurrent = (op: GraphNode['op']): op is WithStates => op.kind === 'recurrent' || op.kind === 'conv-lstm';

function alone(op: WithStates): Units | undefined {
  const units = op.kind === 'recurrent' ? op.units : op.filters;
  return op.states || units === null ? undefined : { units, copies: 1 };
}

/** Finds the axes of a tensor that run over channels, those of recurrent layers too: the units of each gate follow one another. */
export function axesWithUnits(
  one: GraphTensor,
  layer: LayerChannels,
  node: GraphNode,
  graph: ModelGraph,
): ChannelAxis[] {
  const step = atEachStep(node);
  const free = unitsOf(step, graph);
  const own = step.tensors[node.tensors.indexOf(one)]!;
  if (!free || layer.op.kind !== 'dense') return channelAxes(own, layer);
  const { inputs } = layer;
  const outputs = layer.outputs.slice(0, free.units);
  const { shape } = one.tensor;
  const gates: ChannelAxis = {
    ...{ axis: shape.length - 1, side: 'outputs' },
    groups: Array.from({ length: shape.at(-1)! / free.units }, () => outputs).flat(),
  };
  const rows = shape.length - 2;
  if (one.role === 'kernel') return [{ axis: rows, side: 'inputs', groups: inputs }, gates];
  return one.role === 'recurrent-kernel' ? [{ axis: rows, side: 'outputs', groups: outputs }, gates] : [gates];
}
