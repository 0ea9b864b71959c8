import type { ModelContent } from '../../checkpoint/types';
import { UserError } from '../../../protocol/errors';
import { readGraph, type GraphLayer } from '../../model/graph';
import { readTopology, type Shape, type Topology, type TopologyLayer } from '../../model/topology';
import { madeBy } from './axes';
import { tellingMore, type Fix, type Stop } from './fixed';
import { follow, rankOf, WIDTH_KEYS, type Output } from './follow';

/**
 * The channels that enter and leave a layer: for each index of its last axis, the group that the channel belongs to. None
 * where it is not known how many there are; then they stay.
 */
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
  readonly fixed: ReadonlyMap<number, Fix>;
  /** All layers through which channels cannot be followed. */
  readonly stops: readonly Stop[];
}

/**
 * Follows channels through a model. What cannot be followed is fixed, with the reason.
 * @throws UserError where the model has no layers, or nested or shared ones
 */
export function channelGroups(model: ModelContent): ChannelGroups {
  return new Tracer(flatTopology(model), readGraph(model).layers).trace();
}

/** The layers of a model, each called once. @throws UserError where it has none, or nested or shared ones */
export function flatTopology(model: ModelContent): Topology {
  const topology = readTopology(model.modelTopology);
  if (!topology) throw new UserError('The model is no LayersModel, so no channels can be removed: convert it first.');
  if (topology.layers.some(({ path }) => path.length > 1))
    throw new UserError('The model holds a model within it, so no channels can be removed: convert it to a flat one.');
  const twice = topology.layers.find(({ shared }) => shared);
  if (twice)
    throw new UserError(
      `The layer "${twice.name}" is called more than once, so no channels can be removed: give each call a layer of its own.`,
    );
  return topology;
}

/** Layers in an order in which each comes after those that feed it, with their places in the topology. @throws UserError for a cycle */
export function inOrder({ layers }: Topology): { layer: TopologyLayer; index: number }[] {
  const done = new Set<string>();
  const ordered: { layer: TopologyLayer; index: number }[] = [];
  let waiting = layers.map((layer, index) => ({ layer, index }));
  while (waiting.length > 0) {
    const blocked = waiting.filter((one) => {
      if (!one.layer.inputs.every((id) => done.has(id))) return true;
      done.add(one.layer.id);
      ordered.push(one);
      return false;
    });
    if (blocked.length === waiting.length)
      throw new UserError('The layers of the model wait for each other: convert it again.');
    waiting = blocked;
  }
  return ordered;
}

/** What enters or leaves a layer: its channels, or, where nobody knows how many these are, why. */
type Channels = readonly number[] | Fix;

const isKnown = (channels: Channels): channels is readonly number[] => Array.isArray(channels);

class Tracer {
  readonly #parent: number[] = [];
  readonly #fixes = new Map<number, Fix>();
  readonly #outputs = new Map<string, Channels>();
  readonly #stops: Stop[] = [];
  readonly #ranks = new Map<string, number | null>();

  constructor(
    readonly topology: Topology,
    readonly described: readonly GraphLayer[],
  ) {}

  trace(): ChannelGroups {
    const inputs = new Map<string, readonly number[]>();
    for (const { layer, index } of inOrder(this.topology)) {
      const feeds =
        layer.inputs.length > 0 ? layer.inputs.map((id) => this.#outputs.get(id)!) : [this.#entering(layer)];
      this.#outputs.set(layer.id, this.#follow(layer, this.described[index]!, feeds));
      inputs.set(layer.id, feeds.every(isKnown) ? feeds.flat() : []);
    }
    const byId = new Map(this.topology.layers.map((layer) => [layer.id, layer]));
    for (const id of this.topology.outputs)
      this.#fix([this.#outputs.get(id) ?? []], { kind: 'output', layer: byId.get(id)?.name ?? id });
    const layers = this.topology.layers.map(({ id, name, type }) => ({
      name,
      type,
      inputs: inputs.get(id)!.map((one) => this.#find(one)),
      outputs: this.#known(this.#outputs.get(id)!).map((one) => this.#find(one)),
    }));
    const fixed = new Map<number, Fix>();
    for (const [one, fix] of this.#fixes) fixed.set(this.#find(one), tellingMore(fixed.get(this.#find(one)), fix));
    return { layers, fixed, stops: this.#stops };
  }

  #entering({ name, inputShape }: TopologyLayer): Channels {
    const fix: Fix = { kind: 'input', layer: name };
    return typeof inputShape?.at(-1) === 'number' ? this.#fresh(inputShape.at(-1)!, fix) : fix;
  }

  #follow(layer: TopologyLayer, described: GraphLayer, inputs: readonly Channels[]): Channels {
    const { name, type } = layer;
    const output = outputOf(layer, described.outputShape, this.#ranks.get(layer.inputs[0] ?? '') ?? null);
    const { width } = output;
    this.#ranks.set(layer.id, output.rank);
    const followed = follow(
      layer,
      output,
      inputs.map((channels) => (isKnown(channels) ? channels.length : null)),
    );
    const stopped = (why: string): Fix => {
      const by = { layer: name, type, why };
      this.#stops.push(by);
      return { kind: 'stopped', by };
    };
    switch (followed.kind) {
      case 'passes': {
        const unknown = inputs.find((channels): channels is Fix => !isKnown(channels));
        if (unknown !== undefined) {
          this.#fix(inputs, unknown);
          return unknown;
        }
        const all = inputs.flatMap((channels) => this.#known(channels));
        return followed.outputs.map((index) => all[index]!);
      }
      case 'joins':
        return this.#joined(inputs);
      case 'makes':
        if (width === null || madeBy(described) !== width) {
          const fix = stopped('its kernel is not among the weights, or has another width');
          this.#fix(inputs, fix);
          return width === null ? fix : this.#fresh(width, fix);
        }
        return this.#fresh(width, followed.fixed === undefined ? undefined : stopped(followed.fixed));
      case 'lost': {
        const fix = stopped(followed.why);
        this.#fix(inputs, fix);
        return width === null ? fix : this.#fresh(width, fix);
      }
    }
  }

  /** Element by element: channels at the same place become one group, and one that is alone meets all of them. */
  #joined(inputs: readonly Channels[]): Channels {
    const unknown = inputs.find((channels): channels is Fix => !isKnown(channels));
    const wide = inputs.map((channels) => this.#known(channels)).filter(({ length }) => length > 1);
    const [first] = wide;
    for (const other of wide) other.forEach((one, i) => this.#join(first![i]!, one));
    if (unknown) this.#fix(inputs, unknown);
    return first ?? unknown ?? this.#known(inputs[0] ?? []);
  }

  #known(channels: Channels): readonly number[] {
    return isKnown(channels) ? channels : [];
  }

  #fresh(count: number, fix?: Fix): number[] {
    const made = Array.from({ length: count }, () => this.#parent.push(this.#parent.length) - 1);
    if (fix !== undefined) this.#fix([made], fix);
    return made;
  }

  #fix(all: readonly Channels[], fix: Fix): void {
    for (const channels of all)
      for (const one of this.#known(channels)) this.#fixes.set(one, tellingMore(this.#fixes.get(one), fix));
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

/**
 * What is known of a layer's output; without its shape, what the layer itself says.
 * @param fed how many axes its input has
 */
export function outputOf({ type, config }: TopologyLayer, shape: Shape | null, fed: number | null): Output {
  const said = config[WIDTH_KEYS[type] ?? ''];
  return {
    width: shape?.at(-1) ?? (typeof said === 'number' ? said : null),
    rank: shape?.length ?? rankOf(type, fed),
  };
}
