import { UserError } from '../../../protocol/errors';
import { count as readable } from '../../../protocol/format';
import type { TensorRef } from '../../model/edges';
import type { GraphCall, GraphNode, ModelGraph } from '../../model/model-graph';
import { widthOf } from '../../model/op/channels';
import type { Op } from '../../model/op/op';
import type { Shape } from '../../model/shape';
import { madeBy } from './axes';
import type { CallChannels, ChannelGroups } from './channel-groups';
import { tellingMore, type Fix, type Stop } from './fixed';
import { follow, rankOf, type Followed, type Output } from './follow';

/** The channels that enter or leave a layer, or, where their number is unknown, the reason for that. */
type Channels = readonly number[] | Fix;

const isKnown = (channels: Channels): channels is readonly number[] => Array.isArray(channels);
const known = (channels: Channels): readonly number[] => (isKnown(channels) ? channels : []);

/** The result for one call. */
interface Traced {
  readonly followed: Followed;
  readonly inputs: readonly Channels[];
  readonly outputs: Channels;
  readonly rank: number | null;
}

/** Limits of the channels that are followed one by one: of all calls together, and of one. */
const MAX_CHANNELS = 2 ** 20;
const MAX_OF_ONE = 2 ** 18;

/** A graph as its channels are followed. */
export interface FollowedGraph extends ModelGraph {
  /** How often the channels that a node makes leave it, all of them one after the other; once where it is not listed. */
  readonly copies?: ReadonlyMap<GraphNode, number>;
}

/** Follows the channels of a model, call by call. */
export class Tracer {
  readonly #parent: number[] = [];
  readonly #fixes: (Fix | undefined)[] = [];
  readonly #traced: Traced[] = [];
  readonly #stops = new Map<string, Stop>();
  #count = 0;

  constructor(readonly graph: FollowedGraph) {}

  trace(): ChannelGroups {
    const { nodes, calls, results } = this.graph;
    for (const call of calls) this.#traced.push(this.#call(call));
    for (const result of results)
      this.#fix([this.#made(result)], { kind: 'output', layer: nodes[calls[result.call]!.node]!.name });
    const foundBefore = new Map<Channels, readonly number[]>();
    const found = (channels: Channels): readonly number[] => {
      const before = foundBefore.get(channels);
      if (before) return before;
      const groups = known(channels).map((one) => this.#find(one));
      foundBefore.set(channels, groups);
      return groups;
    };
    const orNull = (channels: Channels) => (isKnown(channels) ? found(channels) : null);
    const fixed = new Map<number, Fix>();
    for (const [one, fix] of this.#fixes.entries()) {
      if (fix === undefined) continue;
      const group = this.#find(one);
      fixed.set(group, tellingMore(fixed.get(group), fix));
    }
    return {
      layers: nodes.map(({ name, path, type, op, calls: [first] }) => {
        const { inputs, outputs } = this.#traced[first ?? -1] ?? { inputs: [], outputs: [] };
        return {
          name,
          path,
          type,
          op,
          inputs: inputs.length === 1 ? found(inputs[0]!) : inputs.every(isKnown) ? inputs.flatMap(found) : [],
          outputs: found(outputs),
        };
      }),
      calls: this.#traced.map(({ followed, inputs, outputs }, i): CallChannels => ({
        ...{ node: calls[i]!.node, followed },
        ...{ inputs: inputs.map(orNull), outputs: orNull(outputs) },
      })),
      fixed,
      stops: [...this.#stops.values()],
    };
  }

  #call(call: GraphCall): Traced {
    const { shape } = call;
    const layer = this.graph.nodes[call.node]!;
    this.#requireFew(call.inputs.length > 0 ? null : layer.inputShape, shape);
    const first = this.#traced[layer.calls[0]!];
    const inputs = call.inputs.length > 0 ? call.inputs.map((ref) => this.#made(ref)) : [this.#entering(layer)];
    const output = outputOf(layer.op, shape, this.#traced[call.inputs[0]?.call ?? -1]?.rank ?? null);
    const named = call.inputs.find(({ keyword }) => keyword !== undefined);
    const followed: Followed = named
      ? { kind: 'lost', why: `it takes "${named.keyword!}" in addition to its input` }
      : follow(
          layer.op,
          output,
          inputs.map((channels) => (isKnown(channels) ? channels.length : null)),
        );
    const again = first !== undefined && isTied(layer);
    if (again) this.#tie(layer, inputs, first.inputs);
    const outputs = again && followed.kind === 'makes' ? first.outputs : this.#follow(layer, followed, output, inputs);
    return { followed, inputs, outputs, rank: output.rank };
  }

  /** @throws UserError where there are too many channels to follow them one by one */
  #requireFew(...shapes: readonly (Shape | null)[]): void {
    for (const shape of shapes) {
      const own = shape?.at(-1) ?? 0;
      if (own > MAX_OF_ONE)
        throw new UserError(
          `A layer of the model makes ${readable(own)} channels, more than the limit of ${readable(MAX_OF_ONE)}, so none can be removed: prune its weights instead.`,
        );
      this.#count += own;
    }
    if (this.#count > MAX_CHANNELS)
      throw new UserError(
        `The layers of the model make more than ${readable(MAX_CHANNELS)} channels together, so none can be removed: prune its weights instead.`,
      );
  }

  /** Joins the channels that enter a layer at two calls, since the same weights read them. */
  #tie(layer: GraphNode, inputs: readonly Channels[], others: readonly Channels[]): void {
    const alike =
      inputs.length === others.length &&
      inputs.every((one, i) => isKnown(one) && isKnown(others[i]!) && one.length === others[i].length);
    if (alike)
      inputs.forEach((one, i) => known(one).forEach((channel, at) => this.#join(known(others[i]!)[at]!, channel)));
    else this.#fix([...inputs, ...others], this.#stopped(layer, 'its calls may take different channels'));
  }

  /** Returns the channels that a call made. */
  #made({ call, output }: TensorRef): Channels {
    const layer = this.graph.nodes[this.graph.calls[call]!.node]!;
    if (output > 0) return this.#stopped(layer, 'only its first output is followed');
    return this.#traced[call]!.outputs;
  }

  #entering({ name, inputShape }: GraphNode): Channels {
    const fix: Fix = { kind: 'input', layer: name };
    const width = inputShape?.at(-1);
    return typeof width === 'number' ? this.#fresh(width, fix) : fix;
  }

  #follow(layer: GraphNode, followed: Followed, { width }: Output, inputs: readonly Channels[]): Channels {
    switch (followed.kind) {
      case 'passes': {
        const unknown = inputs.find((channels): channels is Fix => !isKnown(channels));
        if (unknown) {
          this.#fix(inputs, unknown);
          return unknown;
        }
        const all = inputs.flatMap(known);
        return followed.outputs.map((at) => all[at]!);
      }
      case 'joins':
        return this.#joined(inputs);
      case 'makes':
        if (width !== null && madeBy(layer) === width) {
          const copies = this.graph.copies?.get(layer) ?? 1;
          const made = this.#fresh(width / copies, followed.fixed === undefined ? undefined : this.#stopped(layer, followed.fixed)); // prettier-ignore
          return copies === 1 ? made : Array.from({ length: copies }, () => made).flat();
        }
        return this.#lost(inputs, width, this.#stopped(layer, 'its kernel is missing or has another width'));
      case 'lost':
        return this.#lost(inputs, width, this.#stopped(layer, followed.why));
    }
  }

  #lost(inputs: readonly Channels[], width: number | null, fix: Fix): Channels {
    this.#fix(inputs, fix);
    return width === null ? fix : this.#fresh(width, fix);
  }

  /**
   * Joins inputs element by element: channels at the same index become one group. An input with one channel is
   * broadcast.
   */
  #joined(inputs: readonly Channels[]): Channels {
    const unknown = inputs.find((channels): channels is Fix => !isKnown(channels));
    const wide = inputs.map(known).filter(({ length }) => length > 1);
    const [first] = wide;
    for (const other of wide) other.forEach((one, i) => this.#join(first![i]!, one));
    if (unknown) this.#fix(inputs, unknown);
    return first ?? unknown ?? known(inputs[0] ?? []);
  }

  #stopped({ name, type }: GraphNode, why: string): Fix {
    const by = this.#stops.get(name) ?? { layer: name, type, why };
    this.#stops.set(name, by);
    return { kind: 'stopped', by };
  }

  #fresh(count: number, fix?: Fix): number[] {
    const made = new Array<number>(count);
    for (let i = 0; i < count; i++) {
      made[i] = this.#parent.length;
      this.#parent.push(this.#parent.length);
      this.#fixes.push(fix);
    }
    return made;
  }

  #fix(all: readonly Channels[], fix: Fix): void {
    for (const channels of all)
      for (const one of known(channels)) this.#fixes[one] = tellingMore(this.#fixes[one], fix);
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
 * Collects the known facts about a layer's output. Without its shape, the layer itself gives them.
 * @param fed number of axes of its input
 */
function outputOf(op: Op, shape: Shape | null, fed: number | null): Output {
  return { width: shape?.at(-1) ?? widthOf(op), rank: shape?.length ?? rankOf(op, fed) };
}

/**
 * Tells whether all calls of a node must have the same channels: because of its weights, or of a width in its
 * description.
 */
const isTied = ({ op, tensors }: GraphNode): boolean => tensors.length > 0 || op.kind === 'reshape';
