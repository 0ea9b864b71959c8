import type { ModelContent } from '../../checkpoint/types';
import { UserError } from '../../../protocol/errors';
import { readGraph } from '../../model/graph';
import { readTopology, type Shape, type Topology, type TopologyLayer } from '../../model/topology';
import { identifierOf, stringOf } from '../../model/topology-json';

/** The channels that enter and leave a layer: for each index of its last axis, the group that the channel belongs to. */
export interface LayerChannels {
  readonly name: string;
  readonly type: string;
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
}

/** Channels that can only be removed together, as in DepGraph (Fang et al. 2023). */
export interface ChannelGroups {
  /** In the order of the topology. */
  readonly layers: readonly LayerChannels[];
  /** Groups that must stay, each with the reason. */
  readonly fixed: ReadonlyMap<number, string>;
}

const PASSING = new Set(
  'Activation ReLU LeakyReLU ELU ThresholdedReLU Dropout ZeroPadding2D UpSampling2D MaxPooling1D MaxPooling2D AveragePooling1D AveragePooling2D GlobalAveragePooling1D GlobalAveragePooling2D GlobalMaxPooling1D GlobalMaxPooling2D'.split(
    ' ',
  ),
);
const ADDING = new Set(['Add', 'Subtract', 'Multiply', 'Average', 'Maximum', 'Minimum']);
/** Layers that make channels, each with the setting that says how many. */
export const WIDTH_KEYS: Readonly<Record<string, string>> = {
  Conv1D: 'filters',
  Conv2D: 'filters',
  SeparableConv2D: 'filters',
  Dense: 'units',
};

/**
 * Follows channels through a model. What cannot be followed is fixed, with the reason.
 * @throws UserError where the model has no layers, or nested or shared ones
 */
export function channelGroups(model: ModelContent): ChannelGroups {
  const topology = readTopology(model.modelTopology);
  if (!topology) throw new UserError('The model is no LayersModel, so no channels can be removed: convert it first.');
  if (topology.layers.some(({ path }) => path.length > 1))
    throw new UserError('The model holds a model within it, so no channels can be removed: convert it to a flat one.');
  const twice = topology.layers.find(({ shared }) => shared);
  if (twice)
    throw new UserError(
      `The layer "${twice.name}" is called more than once, so no channels can be removed: give each call a layer of its own.`,
    );
  return new Tracer(
    topology,
    readGraph(model).layers.map(({ outputShape }) => outputShape),
  ).trace();
}

class Tracer {
  readonly #parent: number[] = [];
  readonly #reasons = new Map<number, string>();
  readonly #outputs = new Map<string, number[]>();

  constructor(
    readonly topology: Topology,
    readonly shapes: readonly (Shape | null)[],
  ) {}

  trace(): ChannelGroups {
    const traced = new Map<string, { inputs: number[]; outputs: number[] }>();
    let waiting = this.topology.layers.map((layer, i) => ({ layer, shape: this.shapes[i] ?? null }));
    while (waiting.length > 0) {
      const blocked = waiting.filter(({ layer, shape }) => {
        const feeds = layer.inputs.map((id) => this.#outputs.get(id));
        if (!feeds.every((feed) => feed !== undefined)) return true;
        const inputs = feeds.length > 0 ? feeds : [this.#fresh(inputWidth(layer), 'it is the input of the model')];
        const outputs = this.#follow(layer, shape, inputs);
        this.#outputs.set(layer.id, outputs);
        traced.set(layer.id, { inputs: inputs.flat(), outputs });
        return false;
      });
      if (blocked.length === waiting.length)
        throw new UserError('The layers of the model wait for each other: convert it again.');
      waiting = blocked;
    }
    for (const id of this.topology.outputs) this.#fix(this.#outputs.get(id) ?? [], 'it is the output of the model');
    const layers = this.topology.layers.map(({ id, name, type }) => {
      const { inputs, outputs } = traced.get(id)!;
      return {
        name,
        type,
        inputs: inputs.map((one) => this.#find(one)),
        outputs: outputs.map((one) => this.#find(one)),
      };
    });
    return { layers, fixed: new Map([...this.#reasons].map(([one, reason]) => [this.#find(one), reason])) };
  }

  #follow({ name, type, config }: TopologyLayer, shape: Shape | null, inputs: number[][]): number[] {
    const [first = []] = inputs;
    const width = shape?.at(-1) ?? 0;
    const lost = () => {
      this.#fix(inputs.flat(), `channels cannot be followed through "${name}" (${type})`);
      return this.#fresh(width, `it is made by "${name}" (${type}), which is left whole`);
    };
    const firstFormat = /first$/i.test(stringOf(config['data_format']) ?? '');
    const softmax = identifierOf(config['activation']) === 'softmax';
    const grouped = typeof config['groups'] === 'number' && config['groups'] > 1;
    if (firstFormat || grouped) return lost();
    if (type in WIDTH_KEYS) {
      const made = this.#fresh(width);
      if (softmax) this.#fix(made, `"${name}" ends in a softmax over its channels`);
      return made;
    }
    if (type === 'InputLayer') return first;
    if (PASSING.has(type)) return softmax || first.length !== width ? lost() : first;
    if (type === 'BatchNormalization')
      return config['axis'] === -1 || config['axis'] === (shape?.length ?? 0) - 1 ? first : lost();
    if (type === 'Flatten')
      return first.length > 0 && width % first.length === 0 ? repeated(first, width / first.length) : lost();
    if (type === 'DepthwiseConv2D') {
      const multiplier = width / first.length;
      return Number.isInteger(multiplier) && !softmax ? first.flatMap((one) => repeated([one], multiplier)) : lost();
    }
    if (ADDING.has(type)) {
      if (inputs.some(({ length }) => length !== first.length)) return lost();
      for (const other of inputs) other.forEach((one, i) => this.#join(first[i]!, one));
      return first;
    }
    if (type === 'Concatenate' && inputs.flat().length === width) return inputs.flat();
    return lost();
  }

  #fresh(count: number, reason?: string): number[] {
    const made = Array.from({ length: count }, () => this.#parent.push(this.#parent.length) - 1);
    if (reason !== undefined) this.#fix(made, reason);
    return made;
  }

  #fix(channels: readonly number[], reason: string): void {
    for (const one of channels) if (!this.#reasons.has(one)) this.#reasons.set(one, reason);
  }

  #find(one: number): number {
    let root = one;
    while (this.#parent[root] !== root) root = this.#parent[root]!;
    this.#parent[one] = root;
    return root;
  }

  #join(a: number, b: number): void {
    this.#parent[this.#find(b)] = this.#find(a);
  }
}

const repeated = (values: readonly number[], times: number): number[] =>
  Array.from({ length: times }, () => values).flat();
const inputWidth = ({ inputShape }: TopologyLayer): number => inputShape?.at(-1) ?? 0;
