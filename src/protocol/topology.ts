import * as z from 'zod';

const Shape = z.array(z.number().nullable()).nullable();

/** A value that a node takes from another one. */
export const TopologyInput = z.object({
  /** Index of the node that makes it, always below that of the node that takes it. */
  from: z.number().int().nonnegative(),
  /** Batch first; null where it cannot be inferred. */
  shape: Shape,
  /** Name of its argument, where it is not passed by position: `initial_state`. */
  keyword: z.string().optional(),
});
export type TopologyInput = z.infer<typeof TopologyInput>;

/** One call of a layer, or one operation of a GraphModel. */
export const TopologyNode = z.object({
  /** Name of its layer in the inspection; null for an operation that has no weights. */
  layer: z.string().nullable(),
  /** Names of the models and scopes around it, then its own. */
  path: z.array(z.string()).min(1),
  type: z.string(),
  /** Shape of its first result, batch first; null where it cannot be inferred. */
  shape: Shape,
  inputs: z.array(TopologyInput),
  /** Which call it is, from 1, of a layer with several. */
  call: z.object({ number: z.number(), of: z.number() }).optional(),
  /** `input`, `output`: it takes or makes values of the whole model; `loose`: no output depends on it. */
  end: z.enum(['input', 'output', 'loose']).optional(),
});
export type TopologyNode = z.infer<typeof TopologyNode>;

/** Channels that can only be removed together. */
export const CoupledChannels = z.object({
  /** Names of the layers that make them. */
  makers: z.array(z.string()),
  /** Names of the other layers that pass or read them. */
  along: z.array(z.string()),
  channels: z.number(),
  /** The number of them that must stay, and the first reason. */
  fixed: z.number(),
  reason: z.string().optional(),
});
export type CoupledChannels = z.infer<typeof CoupledChannels>;

/** The connections of a model: the answer to `topology`. */
export const ModelTopology = z.object({
  /** In an order in which they can be computed. */
  nodes: z.array(TopologyNode),
  /** Null where channels cannot be followed, for the reason in `notCoupled`. */
  coupled: z.array(CoupledChannels).nullable(),
  notCoupled: z.string().optional(),
});
export type ModelTopology = z.infer<typeof ModelTopology>;
