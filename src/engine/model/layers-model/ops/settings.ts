import type { Flow } from '../../op/op';
import { identifierOf, type Config } from '../description/json';
import type { Op } from '../../op/op';
import type { Activation } from '../../op/attributes';

type OmitEach<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

/** An op without the fields that every op has. */
export type Body = OmitEach<Op, 'channelsFirst'>;

/** The surroundings of a layer. */
export interface Around {
  /** Number of layers around it. */
  readonly depth: number;
  /** True if Keras 3 wrote it. */
  readonly keras3: boolean;
  /** Reads a model within a layer. */
  readonly readFlow: (description: Readonly<Record<string, unknown>>) => Flow | null;
}

/** Reads the settings of one type of layer. */
export type Read = (config: Config, around: Around) => Body;

/** Reads a number; null where the setting is none. */
export const sizeOf = (value: unknown): number | null => (typeof value === 'number' ? value : null);

/** Reads an axis, by default the last one; null where it is not one axis. Keras writes a number, or a list of one. */
export function axisOf(value: unknown): number | null {
  const one: unknown = Array.isArray(value) && value.length === 1 ? value[0] : value;
  return one === undefined ? -1 : sizeOf(one);
}

/** Reads an activation, see `Activation`. */
export function activationOf({ activation }: Config, { keras3 }: Around): Activation {
  if (activation === undefined || activation === null) return 'linear';
  const name = identifierOf(activation)?.replaceAll('_', '').toLowerCase() ?? 'unknown';
  return keras3 && name === 'hardsigmoid' ? 'hardsigmoid6' : name;
}
