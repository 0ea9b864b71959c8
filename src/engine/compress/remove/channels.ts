import type { ModelContent } from '../../checkpoint/types';
import { UserError } from '../../../protocol/errors';
import { readGraph } from '../../model/graph';
import { readTopology, type Shape, type Topology, type TopologyLayer } from '../../model/topology';
import { follow } from './follow';

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

/**
 * Follows channels through a model. What cannot be followed is fixed, with the reason.
 * @throws UserError where the model has no layers, or nested or shared ones
 */
export function channelGroups(model: ModelContent): ChannelGroups {
  const shapes = readGraph(model).layers.map(({ outputShape }) => outputShape);
  return new Tracer(flatTopology(model), shapes).trace();
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

class Tracer {
  readonly #parent: number[] = [];
  readonly #reasons = new Map<number, string>();
  readonly #outputs = new Map<string, readonly number[]>();

  constructor(
    readonly topology: Topology,
    readonly shapes: readonly (Shape | null)[],
  ) {}

  trace(): ChannelGroups {
    const inputs = new Map<string, readonly number[]>();
    for (const { layer, index } of inOrder(this.topology)) {
      const feeds =
        layer.inputs.length > 0
          ? layer.inputs.map((id) => this.#outputs.get(id)!)
          : [this.#fresh(layer.inputShape?.at(-1) ?? 0, 'it is the input of the model')];
      this.#outputs.set(layer.id, this.#follow(layer, this.shapes[index] ?? null, feeds));
      inputs.set(layer.id, feeds.flat());
    }
    for (const id of this.topology.outputs)
      for (const one of this.#outputs.get(id) ?? []) this.#reasons.set(one, 'it is the output of the model');
    const layers = this.topology.layers.map(({ id, name, type }) => ({
      name,
      type,
      inputs: inputs.get(id)!.map((one) => this.#find(one)),
      outputs: this.#outputs.get(id)!.map((one) => this.#find(one)),
    }));
    const fixed = new Map<number, string>();
    for (const [one, reason] of this.#reasons) if (!fixed.has(this.#find(one))) fixed.set(this.#find(one), reason);
    return { layers, fixed };
  }

  #follow(layer: TopologyLayer, shape: Shape | null, inputs: readonly (readonly number[])[]): readonly number[] {
    const { name, type } = layer;
    const width = shape?.at(-1) ?? 0;
    const followed = follow(
      layer,
      shape,
      inputs.map(({ length }) => length),
    );
    switch (followed.kind) {
      case 'passes': {
        const all = inputs.flat();
        return followed.outputs.map((index) => all[index]!);
      }
      case 'joins': {
        const [first = []] = inputs;
        for (const other of inputs) other.forEach((one, i) => this.#join(first[i]!, one));
        return first;
      }
      case 'makes':
        return this.#fresh(width, followed.fixed);
      case 'lost':
        this.#fix(inputs.flat(), `channels cannot be followed through "${name}" (${type}: ${followed.why})`);
        return this.#fresh(width, `it is made by "${name}" (${type}), which is left whole`);
    }
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
