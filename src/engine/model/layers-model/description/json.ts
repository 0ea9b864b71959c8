import * as z from 'zod';

/** A Keras configuration, with names as in Python. */
export const Config = z.record(z.string(), z.unknown());
export type Config = z.infer<typeof Config>;

/** One layer, or a model, as Keras and TensorFlow.js describe it. */
export const LayerJson = z.looseObject({
  class_name: z.string(),
  name: z.string().optional(),
  config: z.union([Config, z.array(z.unknown())]).optional(),
  inbound_nodes: z.array(z.unknown()).optional(),
});
export type LayerJson = z.infer<typeof LayerJson>;

const Sizes = z.union([z.number(), z.array(z.number())]);
const ShapeJson = z.array(z.number().nullable());

/** Reads a number from a configuration, or returns `fallback`. */
export function numberOf(value: unknown, fallback: number): number {
  return typeof value === 'number' ? value : fallback;
}

/** Reads a string, or returns undefined. */
export function stringOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** Reads one size for all axes, or a size for each, as `rank` sizes; null where the value is neither. */
export function sizesOf(value: unknown, rank: number): number[] | null {
  const parsed = Sizes.safeParse(value);
  if (!parsed.success) return null;
  const sizes =
    typeof parsed.data === 'number' ? Array.from({ length: rank }, () => parsed.data as number) : parsed.data;
  return sizes.length === rank ? sizes : null;
}

/** Reads a list of whole numbers, with null for open sizes; null where the value is no such list. */
export function shapeOf(value: unknown): (number | null)[] | null {
  const parsed = ShapeJson.safeParse(value);
  return parsed.success ? parsed.data : null;
}

const Identified = z.object({ class_name: z.string(), config: z.unknown() });

/** Reads the identifier of an entry such as an activation, which Keras 3 writes as an object. */
export function identifierOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (value === undefined) return undefined;
  const parsed = Identified.safeParse(value);
  if (!parsed.success) return undefined;
  return typeof parsed.data.config === 'string' ? parsed.data.config : parsed.data.class_name.toLowerCase();
}
