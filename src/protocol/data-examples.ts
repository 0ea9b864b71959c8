import * as z from 'zod';
import { t } from './l10n';
import { DataReference, Split } from './dataset';
import { weight } from './format';

/** Examples that a page shows at most. */
export const MOST_SHOWN = 12;
/** The longer side of an example picture, in pixels. */
export const SHOWN_SIDE = 96;

/** The requested examples of one split. */
export const ExamplesQuestion = z.object({
  data: DataReference,
  split: Split,
  /** Path of the model that they are prepared for; undefined: none is known. */
  model: z.string().optional(),
  count: z.number().int().min(1).max(MOST_SHOWN).default(MOST_SHOWN),
});

/** The target of an example: the name of its class, or its first 12 numbers; null for one that is not finite. */
const Target = z.union([z.string(), z.array(z.number().nullable())]);

/** How pictures enter a network. */
export const Entering = z.object({
  /** In pixels. */
  height: z.number(),
  width: z.number(),
  /** The channels, in their order. */
  color: z.enum(['gray', 'rgb', 'bgr']),
  /** The values of black and white, the widest of all channels; null: a normalization is not known yet. */
  range: z.tuple([z.number(), z.number()]).nullable(),
});
export type Entering = z.infer<typeof Entering>;

/** Some examples of a split: pictures as they enter a network, or numbers as they lie in their files. */
export const DataExamples = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('pictures'),
    /** Absent where no size is known: the pictures are then as they lie in their files. */
    entering: Entering.optional(),
    /** Spread evenly over the split. `picture`: a PNG as a data URL, at most 96 pixels wide and high. */
    examples: z.array(z.object({ picture: z.string(), target: Target })),
  }),
  z.object({
    kind: z.literal('numbers'),
    /** The number of values of an example; the first 12 of them are in `values`. */
    width: z.number(),
    /** The first ones of the split. */
    examples: z.array(z.object({ values: z.array(z.number()), target: Target })),
  }),
]);
export type DataExamples = z.infer<typeof DataExamples>;

const colorWords = (color: Entering['color']): string =>
  ({ gray: t('gray'), rgb: t('red, green and blue'), bgr: t('blue, green and red') })[color];

/** Says in a sentence how pictures enter a network: `They enter as 224x224 pixels, red, green and blue, from −1 to 1.` */
export function enteringWords(entering: Entering | undefined): string {
  if (!entering) return t('They are shown as they lie in their files, as no size is known yet.');
  const { height, width, color, range } = entering;
  const values = range
    ? t('from {0} to {1}', weight(range[0]), weight(range[1]))
    : t('in a range that is found for each model');
  return t('They enter as {0}x{1} pixels, {2}, {3}.', height, width, colorWords(color), values);
}
