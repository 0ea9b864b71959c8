import type { ModelContent, Tensor } from '../../checkpoint/types';
import type { GraphNode, GraphTensor } from '../../model/model-graph';
import { makesChannels } from '../../model/op/channels';
import type { Op } from '../../model/op/op';
import type { Merge } from '../../model/op/attributes';
import type { TensorRole } from '../../model/roles';
import { eachWeight, madeBy, mixes } from './axes';
import { graphOf } from './channels';
import type { CallChannels, ChannelGroups } from './channel-groups';
import { activated, elementwise } from './scalars';

/** The value of each channel that is the same at every position and for every input; null where it varies, or may vary. */
export type Constants = readonly (number | null)[];

/** The constants that enter and leave a layer. */
export interface LayerConstants {
  readonly inputs: Constants;
  readonly outputs: Constants;
}

/**
 * Follows constant values through a model at inference, in the order of the graph's nodes. For a layer with several
 * calls, a value is constant if it is the same at each call.
 */
export function constantsOf(model: ModelContent, groups: ChannelGroups): LayerConstants[] {
  const { nodes, calls } = graphOf(model);
  const made: Constants[] = [];
  const found: LayerConstants[] = nodes.map(() => ({ inputs: [], outputs: [] }));
  for (const [i, { node, inputs }] of calls.entries()) {
    const traced = groups.calls[i]!;
    const feeds = inputs.map(({ call, output }, at) =>
      output === 0 ? made[call]! : varying(traced.inputs[at]?.length ?? 0),
    );
    if (feeds.length === 0) feeds.push(varying(traced.inputs[0]?.length ?? 0));
    const outputs = through(nodes[node]!, feeds, traced);
    made.push(outputs);
    const one = { inputs: feeds.flat(), outputs };
    const first = nodes[node]!.calls[0] === i;
    found[node] = first ? one : { inputs: same(found[node]!.inputs, one.inputs), outputs: same(found[node]!.outputs, outputs) }; // prettier-ignore
  }
  return found;
}

const varying = (count: number): null[] => Array.from({ length: count }, () => null);

const same = (a: Constants, b: Constants): Constants => a.map((value, i) => (value === b[i] ? value : null));

/** Tells whether a nonzero constant stays one value under the layer's window. Positions beyond the edge count as 0. */
export function keepsConstants(op: Op): boolean {
  if (op.kind === 'dense') return true;
  if (op.kind === 'transposed-conv' || !('window' in op)) return false;
  return op.window.padding === 'valid' || (op.window.size?.every((size) => size === 1) ?? false);
}

function through(
  { op, tensors }: GraphNode,
  feeds: readonly Constants[],
  { followed, outputs: made }: CallChannels,
): Constants {
  const unknown = varying(made?.length ?? 0);
  const [first = []] = feeds;
  const weight = (wanted: TensorRole): Tensor | undefined => tensors.find(({ role }) => role === wanted)?.tensor;
  if (followed.kind === 'lost' || made === null) return unknown;
  if (op.kind === 'merge')
    return unknown.map((_, i) =>
      joined(
        op,
        // A single channel is broadcast to all others.
        feeds.map((feed) => feed[feed.length === 1 ? 0 : i] ?? null),
      ),
    );
  if (makesChannels(op)) {
    const separable = op.kind === 'separable-conv';
    const [kernel, width] = [tensors.find(mixes), madeBy({ tensors })];
    const fed = separable ? filtered(op, weight('depthwise-kernel'), first) : first;
    if (!kernel || width === null) return unknown;
    return summed(kernel, fed, keepsConstants(op), width).map((sum, i) =>
      sum === null ? null : activated(op.activation, sum + (weight('bias')?.data[i] ?? 0)),
    );
  }
  if (op.kind === 'depthwise-conv')
    return filtered(op, weight('depthwise-kernel'), first).map((value, i) =>
      value === null ? null : activated(op.activation, value + (weight('bias')?.data[i] ?? 0)),
    );
  if (op.kind === 'batch-normalization')
    return first.map((value, i) => {
      const gamma = weight('scale')?.data[i] ?? 1;
      const beta = weight('offset')?.data[i] ?? 0;
      const [mean, variance] = [weight('mean')?.data[i], weight('variance')?.data[i]];
      if (gamma === 0) return beta;
      if (value === null || mean === undefined || variance === undefined) return null;
      return (gamma * (value - mean)) / Math.sqrt(variance + op.epsilon) + beta;
    });
  const all = feeds.flat();
  return followed.kind === 'passes'
    ? followed.outputs.map((index) => {
        const value = all[index] ?? null;
        return value === null ? null : elementwise(op, value);
      })
    : unknown;
}

function joined({ how, factor = 1 }: Merge, values: Constants): number | null {
  if (how === 'multiply' && values.includes(0)) return 0;
  const known = values.filter((value) => value !== null);
  if (known.length < values.length || factor === null) return null;
  switch (how) {
    case 'add':
      return known.reduce((a, b) => a + factor * b);
    case 'subtract':
      return known.reduce((a, b) => a - b);
    case 'multiply':
      return known.reduce((a, b) => a * b);
    case 'divide':
      return known.reduce((a, b) => a / b);
    case 'average':
      return known.reduce((a, b) => a + b) / known.length;
    case 'maximum':
      return Math.max(...known);
    case 'minimum':
      return Math.min(...known);
  }
}

/** Sums constants over channels as a kernel does, for each of `outputs` outputs; null where a sum varies. */
function summed(kernel: GraphTensor, inputs: Constants, keeps: boolean, outputs: number): (number | null)[] {
  const sums: (number | null)[] = Array.from({ length: outputs }, () => 0);
  eachWeight(kernel, (weight, input, output) => {
    const [value, sum] = [inputs[input] ?? null, sums[output] ?? null];
    if (value === null || (value !== 0 && !keeps)) sums[output] = null;
    else if (sum !== null) sums[output] = sum + weight * value;
  });
  return sums;
}

/** Applies a depthwise kernel to the constants of each channel: one output for each input and multiplier, without bias. */
function filtered(op: Op, kernel: Tensor | undefined, inputs: Constants): (number | null)[] {
  if (!kernel) return inputs.map(() => null);
  const filters = kernel.shape.at(-2)! * kernel.shape.at(-1)!;
  const multiplier = op.kind === 'depthwise-conv' ? op.multiplier : kernel.shape.at(-1)!;
  const keeps = keepsConstants(op);
  const sums: (number | null)[] = Array.from({ length: filters }, () => 0);
  for (let at = 0; at < kernel.data.length; at++) {
    const weight = kernel.data[at]!;
    if (weight === 0) continue;
    const output = at % filters;
    const value = inputs[Math.floor(output / multiplier)] ?? null;
    const sum = sums[output] ?? null;
    if (value === null || (value !== 0 && !keeps)) sums[output] = null;
    else if (sum !== null) sums[output] = sum + weight * value;
  }
  return sums;
}
