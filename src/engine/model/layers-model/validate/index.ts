import { count } from '../../../../protocol/format';
import type { ModelContent, Tensor } from '../../../checkpoint/types';
import { readGraph } from '../../graph';
import { weightName } from '../weights/roles';
import { inferCalls } from '../../shapes/index';
import { readTopology, type Topology } from '../description/topology';
import type { Shape } from '../../shape';
import { damaged } from './damaged';
import { requireSizes } from './sizes';
import { expectedWeights, type ExpectedWeights } from './weights';

/** Limit of the channels that all calls make together, since they are followed one by one. */
const MAX_CHANNELS = 2 ** 24;

/**
 * Checks the description of a model before its weights are read: all calls can be made, and sizes are valid. Code that
 * walks or builds a model relies on it.
 * @param modelTopology from model.json
 * @throws UserError that names the fault and the layer
 */
export function validateDescription(modelTopology: Readonly<Record<string, unknown>>): void {
  const topology = readTopology(modelTopology);
  if (!topology) return;
  for (const { name, type, config, op } of topology.nodes) if (op.kind !== 'unknown') requireSizes(name, type, config);
  requireFewChannels(topology);
}

/**
 * Checks that the sizes in the description match the weights.
 * @throws UserError naming the first that does not
 */
export function validateWeights(model: ModelContent): void {
  const topology = readTopology(model.modelTopology);
  if (!topology) return;
  const { layers } = readGraph(model);
  const inputs = inputShapes(topology);
  topology.nodes.forEach(({ name, op }, i) => {
    const expected = expectedWeights(op, inputs[i] ?? null);
    for (const { tensor } of layers[i]!.tensors) {
      const shape = shapeFor(tensor, expected);
      if (shape && !agree(tensor.shape, shape))
        throw damaged(
          `the layer "${name}" must have weights "${tensor.name}" of [${shape.map((size) => size ?? '?').join(', ')}] by its settings and what feeds it, and they are [${tensor.shape.join(', ')}]`,
        );
    }
  });
}

/** Infers the input shape of the first call of each layer; null where it is unknown. */
export function inputShapes(topology: Topology): (Shape | null)[] {
  const made = inferCalls(topology);
  return topology.nodes.map(({ calls: [first], inputShape }) => {
    const [input] = first === undefined ? [] : topology.calls[first]!.inputs;
    if (!input) return inputShape;
    return input.output === 0 ? made[input.call]!.shape : null;
  });
}

function requireFewChannels(topology: Topology): void {
  let all = 0;
  for (const [i, { shape }] of inferCalls(topology).entries()) {
    all += shape?.at(-1) ?? 0;
    const { name } = topology.nodes[topology.calls[i]!.node]!;
    if (all > MAX_CHANNELS)
      throw damaged(
        `up to the layer "${name}", which makes [${shape?.map((size) => size ?? '?').join(', ') ?? ''}], its layers make more than ${count(MAX_CHANNELS)} channels together`,
      );
  }
}

/** Some writers name weights by their indices alone: `dense/0`. */
function shapeFor(tensor: Tensor, expected: ExpectedWeights): Shape | undefined {
  if (tensor.dtype !== 'float32') return undefined;
  const place = /^\d+$/.exec(tensor.name.split('/').at(-1) ?? '');
  if (place) return expected[Number(place[0])]?.[1];
  const own = weightName(tensor);
  // Keras 3 gives the kernel of a depthwise convolution the usual name.
  const name = own === 'kernel' && expected[0]?.[0] === 'depthwise_kernel' ? 'depthwise_kernel' : own;
  return expected.find(([one]) => one === name)?.[1];
}

const agree = (shape: readonly number[], expected: Shape): boolean =>
  shape.length === expected.length && expected.every((size, i) => size === null || size === shape[i]);
