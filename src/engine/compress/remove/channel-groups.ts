import type { Fix, Stop } from './fixed';
import type { Op } from '../../model/op/op';
import type { Followed } from './follow';

/**
 * The channels that enter and leave a layer: for each index of its last axis, the group of that channel. Empty where the
 * number of channels is unknown; they stay then.
 */
export interface LayerChannels {
  readonly name: string;
  readonly path: readonly string[];
  readonly type: string;
  readonly op: Op;
  /** The channels of all inputs in sequence; for a layer with several calls, those of the first call. */
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
}

/** The channels of one call of a layer; null where their number is unknown. */
export interface CallChannels {
  /** Index in the graph's nodes. */
  readonly node: number;
  readonly followed: Followed;
  readonly inputs: readonly (readonly number[] | null)[];
  readonly outputs: readonly number[] | null;
}

/** Channels that can only be removed together, as in DepGraph (Fang et al. 2023). */
export interface ChannelGroups {
  /** In the order of the graph's nodes. */
  readonly layers: readonly LayerChannels[];
  /** In the order of the graph's calls: each one after those that feed it. */
  readonly calls: readonly CallChannels[];
  /** Groups that must stay, each with the reason. */
  readonly fixed: ReadonlyMap<number, Fix>;
  /** All layers through which channels cannot be followed. */
  readonly stops: readonly Stop[];
}
