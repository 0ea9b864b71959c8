import type { ModelContent, Tensor } from '../../checkpoint/types';
import { readGraph, type GraphLayer } from '../../model/graph';
import { weightName } from '../../model/roles';
import type { TopologyLayer } from '../../model/topology';
import { numberOf, sizesOf, stringOf } from '../../model/topology-json';
import { topologyOf } from './channels';
import type { CallChannels, ChannelGroups } from './channel-groups';
import { WIDTH_KEYS } from './follow';
import { activated, elementwise } from './scalars';

/** Of each channel the number that it always is, at every place and for every input; null where it varies, or may vary. */
export type Constants = readonly (number | null)[];

/** What enters and leaves a layer. */
export interface LayerConstants {
  readonly inputs: Constants;
  readonly outputs: Constants;
}

/**
 * Follows numbers that never change through a model at inference; layers in the order of the topology. What a layer that is
 * called more than once is fed is constant where it is the same at each call.
 */
export function constantsOf(model: ModelContent, groups: ChannelGroups): LayerConstants[] {
  const topology = topologyOf(model);
  const described = readGraph(model).layers;
  const made: Constants[] = [];
  const found: LayerConstants[] = topology.layers.map(() => ({ inputs: [], outputs: [] }));
  for (const [i, { layer, inputs }] of topology.calls.entries()) {
    const traced = groups.calls[i]!;
    const feeds = inputs.map(({ call, output }, at) =>
      output === 0 ? made[call]! : varying(traced.inputs[at]?.length ?? 0),
    );
    if (feeds.length === 0) feeds.push(varying(traced.inputs[0]?.length ?? 0));
    const outputs = through(topology.layers[layer]!, described[layer]!, feeds, traced);
    made.push(outputs);
    const one = { inputs: feeds.flat(), outputs };
    const first = topology.layers[layer]!.calls[0] === i;
    found[layer] = first ? one : { inputs: same(found[layer]!.inputs, one.inputs), outputs: same(found[layer]!.outputs, outputs) }; // prettier-ignore
  }
  return found;
}

const varying = (count: number): null[] => Array.from({ length: count }, () => null);

const same = (a: Constants, b: Constants): Constants => a.map((value, i) => (value === b[i] ? value : null));

/** Whether a constant that is not 0 stays one number under the layer's window: what lies beyond the edge counts as 0. */
export function keepsConstants({ type, config }: TopologyLayer): boolean {
  if (type === 'Dense') return true;
  if (type.endsWith('Transpose')) return false;
  if ((stringOf(config['padding']) ?? 'valid') === 'valid') return true;
  const rank = Number(/\d/.exec(type)?.[0] ?? 2);
  return sizesOf(config['kernel_size'], rank)?.every((size) => size === 1) ?? false;
}

function through(
  layer: TopologyLayer,
  { tensors }: GraphLayer,
  feeds: readonly Constants[],
  { followed, outputs: made }: CallChannels,
): Constants {
  const { type, config } = layer;
  const unknown = varying(made?.length ?? 0);
  const [first = []] = feeds;
  const weight = (name: string): Tensor | undefined =>
    tensors.find(({ tensor }) => weightName(tensor) === name)?.tensor;
  if (followed.kind === 'lost' || made === null) return unknown;
  if (followed.kind === 'joins')
    return unknown.map((_, i) =>
      joined(
        type,
        // One that is alone meets all channels.
        feeds.map((feed) => feed[feed.length === 1 ? 0 : i] ?? null),
      ),
    );
  if (type in WIDTH_KEYS) {
    const kernel = type === 'SeparableConv2D' ? weight('pointwise_kernel') : weight('kernel');
    const fed = type === 'SeparableConv2D' ? filtered(layer, weight('depthwise_kernel'), first) : first;
    if (!kernel) return unknown;
    return summed(kernel, fed, keepsConstants(layer), type.endsWith('Transpose')).map((sum, i) =>
      sum === null ? null : activated(config, sum + (weight('bias')?.data[i] ?? 0)),
    );
  }
  if (type === 'DepthwiseConv2D')
    return filtered(layer, weight('depthwise_kernel') ?? weight('kernel'), first).map((value, i) =>
      value === null ? null : activated(config, value + (weight('bias')?.data[i] ?? 0)),
    );
  if (type === 'BatchNormalization') {
    const epsilon = numberOf(config['epsilon'], 1e-3);
    return first.map((value, i) => {
      const gamma = weight('gamma')?.data[i] ?? 1;
      const beta = weight('beta')?.data[i] ?? 0;
      const [mean, variance] = [weight('moving_mean')?.data[i], weight('moving_variance')?.data[i]];
      if (gamma === 0) return beta;
      if (value === null || mean === undefined || variance === undefined) return null;
      return (gamma * (value - mean)) / Math.sqrt(variance + epsilon) + beta;
    });
  }
  const all = feeds.flat();
  return followed.kind === 'passes'
    ? followed.outputs.map((index) => {
        const value = all[index] ?? null;
        if (value === null) return null;
        if (type === 'Concatenate') return value;
        return type.startsWith('ZeroPadding') ? (value === 0 ? 0 : null) : elementwise(type, config, value);
      })
    : unknown;
}

function joined(type: string, values: Constants): number | null {
  if (type === 'Multiply' && values.includes(0)) return 0;
  const known = values.filter((value) => value !== null);
  if (known.length < values.length) return null;
  switch (type) {
    case 'Add':
      return known.reduce((a, b) => a + b);
    case 'Subtract':
      return known.reduce((a, b) => a - b);
    case 'Multiply':
      return known.reduce((a, b) => a * b);
    case 'Average':
      return known.reduce((a, b) => a + b) / known.length;
    case 'Maximum':
      return Math.max(...known);
    case 'Minimum':
      return Math.min(...known);
    default:
      return null;
  }
}

/** The sums over channels that a kernel makes, for each output; null where one varies. */
function summed({ data, shape }: Tensor, inputs: Constants, keeps: boolean, transposed: boolean): (number | null)[] {
  const [fewer, last] = [shape.at(-2)!, shape.at(-1)!];
  const sums: (number | null)[] = Array.from({ length: transposed ? fewer : last }, () => 0);
  for (let at = 0; at < data.length; at++) {
    const weight = data[at]!;
    if (weight === 0) continue;
    const [a, b] = [Math.floor(at / last) % fewer, at % last];
    const [input, output] = transposed ? [b, a] : [a, b];
    const [value, sum] = [inputs[input] ?? null, sums[output] ?? null];
    if (value === null || (value !== 0 && !keeps)) sums[output] = null;
    else if (sum !== null) sums[output] = sum + weight * value;
  }
  return sums;
}

/** What a depthwise kernel makes of each channel, one output for each input and multiplier, before any bias. */
function filtered(layer: TopologyLayer, kernel: Tensor | undefined, inputs: Constants): (number | null)[] {
  if (!kernel) return inputs.map(() => null);
  const [channels, multiplier] = [kernel.shape.at(-2)!, kernel.shape.at(-1)!];
  const keeps = keepsConstants(layer);
  const sums: (number | null)[] = Array.from({ length: channels * multiplier }, () => 0);
  for (let at = 0; at < kernel.data.length; at++) {
    const weight = kernel.data[at]!;
    if (weight === 0) continue;
    const output = at % (channels * multiplier);
    const value = inputs[Math.floor(output / multiplier)] ?? null;
    const sum = sums[output] ?? null;
    if (value === null || (value !== 0 && !keeps)) sums[output] = null;
    else if (sum !== null) sums[output] = sum + weight * value;
  }
  return sums;
}
