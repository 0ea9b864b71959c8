import type { Flow } from '../../op/op';
import { identifierOf, type Config } from '../description/json';
import type { Op } from '../../op/op';
import type { Activation } from '../../op/attributes';

type OmitEach<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

/** An op but for what every op has. */
export type Body = OmitEach<Op, 'channelsFirst'>;

/** What is around a layer. */
export interface Around {
  /** How many layers. */
  readonly depth: number;
  /** Whether Keras 3 wrote it. */
  readonly keras3: boolean;
  /** Reads a model that a layer holds. */
  readonly readFlow: (description: Readonly<Record<string, unknown>>) => Flow | null;
}

/** Reads the settings of one type of layer. */
export type Read = (config: Config, around: Around) => Body;

/** A setting that is a number, or null. */
export const sizeOf = (value: unknown): number | null => (typeof value === 'number' ? value : null);

/** The axis that is set, the last one where none is; null where it is not one axis. Keras writes a number, or a list of one. */
export function axisOf(value: unknown): number | null {
  const one: unknown = Array.isArray(value) && value.length === 1 ? value[0] : value;
  return one === undefined ? -1 : sizeOf(one);
}

/** See `Activation`. */
export function activationOf({ activation }: Config, { keras3 }: Around): Activation {
  if (activation === undefined || activation === null) return 'linear';
  const name = identifierOf(activation)?.replaceAll('_', '').toLowerCase() ?? 'unknown';
  return keras3 && name === 'hardsigmoid' ? 'hardsigmoid6' : name;
}
