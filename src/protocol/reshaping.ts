import * as z from 'zod';
import { OutputDifference } from './difference';
import { plural } from './format';
import { t } from './l10n';
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
  const examples = comparedOn(samples, on);
  if (error !== undefined) {
    const share = `${(100 * error).toPrecision(3)}%`;
    return t('Outputs differ by {0} of their standard deviation before any training, on {1}.', share, examples);
  }
  return t('Outputs differ by at most {0}, on {1}.', sizeOf(largest, relativeTo), examples);
}

/** Explains the difference of outputs from those of a model whose removed channels are masked. */
export const maskedDifferenceWords = ({ largest, relativeTo, samples, on }: OutputDifference): string =>
  t(
    'Outputs differ from those of the masked model by at most {0}, on {1}.',
    sizeOf(largest, relativeTo),
    comparedOn(samples, on),
  );

const comparedOn = (samples: number, on: OutputDifference['on']): string =>
  on === 'noise' ? plural(samples, 'random example') : plural(samples, 'validation example');

function sizeOf(largest: number, relativeTo: OutputDifference['relativeTo']): string {
  const size = largest.toExponential(1);
  if (relativeTo === undefined) return size;
  return relativeTo === 'spread' ? t('{0} of their spread', size) : t('{0} of their size', size);
}
