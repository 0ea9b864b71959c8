import * as z from 'zod';
import { OutputDifference } from './difference';
import { LayerSize, RemovalTotals } from './removal';

/** A layer in the place of another one. */
export const NewPart = z.object({
  name: z.string(),
  type: z.string(),
  params: z.number(),
  macs: z.number().nullable(),
  /** Of its output, batch first; null where it cannot be inferred. */
  shape: z.array(z.number().nullable()).nullable(),
});
export type NewPart = z.infer<typeof NewPart>;

/** The effect of a step that replaces layers on one of them, done or planned. */
export const ReshapedLayer = z.object({
  name: z.string(),
  type: z.string(),
  /**
   * `replaced` by other layers; `merged` into another layer, which `absorbs` it; `dropped`, since it computes nothing;
   * `protected` by the step; `skipped`: as before.
   */
  state: z.enum(['replaced', 'merged', 'absorbs', 'dropped', 'protected', 'skipped']),
  /** Sums over the layers in its place, with the width of the last one. */
  before: LayerSize,
  after: LayerSize,
  /** Of its output, batch first; null where it cannot be inferred. */
  shape: z.array(z.number().nullable()).nullable(),
  /** The layers in its place, in their order. */
  becomes: z.array(NewPart).optional(),
  /** The layer that computes it now. */
  into: z.string().optional(),
  /** The reason why it is as it was, or only partly what was asked. */
  reason: z.string().optional(),
});
export type ReshapedLayer = z.infer<typeof ReshapedLayer>;

/** The result of a step that replaces layers by others. */
export const Reshaping = z.object({
  layers: z.array(ReshapedLayer),
  totals: RemovalTotals,
  /** Null if outputs were not compared; `notCompared` gives the reason. */
  difference: OutputDifference.nullable(),
  notCompared: z.string().optional(),
  /** If less was reached than asked: the amount and the reason, in one sentence. */
  shortfall: z.string().optional(),
});
export type Reshaping = z.infer<typeof Reshaping>;

/** Explains the difference of outputs in words: `Outputs differ by at most 3.1e-7 of their size, on 200 validation examples.` */
export function differenceWords({ largest, relativeTo, error, samples, on }: OutputDifference): string {
  const examples = `on ${samples} ${on === 'noise' ? 'random' : 'validation'} examples`;
  if (error !== undefined) return `Outputs differ by ${(100 * error).toPrecision(3)}% of their standard deviation before any training, ${examples}.`; // prettier-ignore
  const unit = relativeTo === undefined ? '' : ` of their ${relativeTo}`;
  return `Outputs differ by at most ${largest.toExponential(1)}${unit}, ${examples}.`;
}
