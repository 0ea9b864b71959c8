import type { ModelContent, Tensor } from '../../checkpoint/types';
import { graphOfGroups, type GraphCall, type GraphNode, type GraphTensor, type ModelGraph } from '../model-graph';
import { describeLayer } from '../graph-layer';
import { closeInputs } from '../close-inputs';
import { hasGates } from '../op/channels';
import type { Op } from '../op/op';
import { outputKinds } from '../output-kinds';
import { assignTensors } from './weights/ownership';
import { axesOf } from '../roles';
import { pruningOf } from './weights/pruning';
import { roleOf, weightName } from './weights/roles';
import { inferCalls, inferFigures } from '../shapes/index';
import { readTopology, type TopologyLayer } from './description/topology';

const MADE_UP_NAME = /^(sequential|model|functional)([_-]?\d+)?$/i;
const UNKNOWN: Op = { kind: 'unknown', channelsFirst: false };

/** Reads a LayersModel as nodes. For anything else, groups the tensors by their names. @throws UserError */
export function graphOfLayers(model: ModelContent): ModelGraph {
  const topology = readTopology(model.modelTopology);
  const owned = assignTensors(topology?.nodes ?? [], model.tensors);
  const grouped = [...owned.others].map(([name, tensors]) => {
    const layer = { name, path: [name], type: 'Weights', outputShape: null, macs: null };
    return describeLayer(
      layer,
      tensors.map((tensor) => tensorOf(tensor, layer.type, UNKNOWN)),
    );
  });
  if (!topology) return graphOfGroups(grouped, { output: 'open', outputs: 0 });
  const stored = topology.nodes.map((layer) => asStored(layer, owned.byLayer.get(layer.id)));
  const flow = stored.every((layer, i) => layer === topology.nodes[i]) ? topology : { ...topology, nodes: stored };
  const figures = inferFigures(flow);
  const closed = closeInputs(topology);
  const open = closed.some((input) => input.open);
  const sizes = new Map(closed.map(({ call, shape }) => [call, shape]));
  const counted = open ? inferFigures(flow, sizes) : figures;
  const nodes = stored.map(({ id, name, path, type, op, calls, inputShape }, i): GraphNode => {
    const [{ shape: outputShape }, { macs }] = [figures[i]!, counted[i]!];
    const tensors = (owned.byLayer.get(id) ?? []).map((tensor) => tensorOf(tensor, type, op));
    return { ...describeLayer({ name, path, type, outputShape, macs }, tensors), op, calls, inputShape };
  });
  const shapes = inferCalls(flow);
  return {
    name: topology.name !== undefined && !MADE_UP_NAME.test(topology.name) ? topology.name : undefined,
    layers: [...nodes, ...grouped],
    nodes,
    calls: topology.calls.map((call, i): GraphCall => ({ ...call, shape: shapes[i]!.shape })),
    inputCalls: topology.inputCalls,
    results: topology.results,
    inputs: topology.inputCalls.map((call) => nodes[topology.calls[call]!.node]!.inputShape),
    outputs: topology.outputs.length,
    output: outputKinds(flow)[0] ?? 'open',
    layered: true,
    ...(open ? { assumed: closed.map(({ shape }) => shape) } : {}),
    unknown: nodes.filter(({ op }) => op.kind === 'unknown').map(({ name, type }) => ({ name, type })),
  };
}

/**
 * Completes an op by the kernel of its layer: the depth multiplier of a separable convolution, which TensorFlow.js does
 * not save, and a convolution of as many groups as channels, which is a depthwise one.
 */
function asStored(layer: TopologyLayer, tensors: readonly Tensor[] = []): TopologyLayer {
  const { op } = layer;
  if (op.kind === 'conv' && op.groups > 1) {
    const { rank, window, filters, groups, activation, channelsFirst } = op;
    const each = tensors.some((tensor) => weightName(tensor) === 'kernel' && tensor.shape.at(-2) === 1);
    if (!each || filters === null || filters % groups !== 0) return layer;
    const depthwise = { kind: 'depthwise-conv', rank, window, activation, channelsFirst } as const;
    return { ...layer, op: { ...depthwise, multiplier: filters / groups, grouped: true } };
  }
  if (op.kind !== 'separable-conv' || op.multiplier !== null) return layer;
  const kernel = tensors.find((tensor) => weightName(tensor) === 'depthwise_kernel');
  return { ...layer, op: { ...op, multiplier: kernel?.shape.at(-1) ?? null } };
}

/** Unknown types whose names suggest that gates share the columns of their kernels. */
const GATED = /(LSTM|GRU|RNN|Embedding)/;

function tensorOf(tensor: Tensor, type: string, op: Op): Omit<GraphTensor, 'params'> {
  const role = roleOf(tensor, op);
  const gates = hasGates(op) || (op.kind === 'unknown' && GATED.test(type));
  return {
    ...pruningOf(tensor, type),
    tensor,
    role,
    axes: axesOf(tensor, role, op),
    columns: gates ? 'gates' : 'channels',
  };
}
