import * as z from 'zod';
import { t, translated } from './l10n';
import { visible } from './visible';
import { percent } from './format';
import { METRICS, MetricValue, metricText } from './metric';

/** One number for all channels, or one for each of three. */
export type PerChannel = number | number[];

/** The normalization of pixels: x in 0..255 becomes (x / 255 - mean) / std, by channel. */
export interface Normalization {
  readonly mean: PerChannel;
  readonly std: PerChannel;
}

/** A normalization that is the same for all channels. */
export interface EvenNormalization extends Normalization {
  readonly mean: number;
  readonly std: number;
}

/** The conventions for all channels, from the most common to the least. */
export const CONVENTIONS: readonly EvenNormalization[] = [
  { mean: 0, std: 1 },
  { mean: 0.5, std: 0.5 },
  { mean: 0, std: 1 / 255 },
];
/** The convention of networks that PyTorch trained on ImageNet, for RGB; `torch` in Keras. */
export const IMAGENET_TORCH: Normalization = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };
/** The convention of networks that Caffe trained on ImageNet, such as VGG and ResNet of Keras, for BGR; `caffe` in Keras. */
export const IMAGENET_CAFFE: Normalization = {
  mean: [103.939 / 255, 116.779 / 255, 123.68 / 255],
  std: 1 / 255,
};
/** The conventions of networks that were trained on ImageNet. */
export const IMAGENET: readonly Normalization[] = [IMAGENET_TORCH, IMAGENET_CAFFE];

const NAMES = ['[0,1]', '[-1,1]', '0..255', 'imagenet-torch', 'imagenet-caffe'] as const;
const NAMED = [...CONVENTIONS, ...IMAGENET].map((normalization, i) => [NAMES[i]!, normalization] as const);

/** Pixels as they are stored. */
export const RAW: EvenNormalization = { mean: 0, std: 1 / 255 };
/** The default for networks that are trained from random weights. */
export const FOR_NEW_NETWORKS: EvenNormalization = { mean: 0.5, std: 0.5 };

/** Returns the number for a channel. */
export const ofChannel = (values: PerChannel, channel: number): number =>
  typeof values === 'number' ? values : values[channel % values.length]!;

/** Returns true where all channels are normalized alike. */
export const isEven = (one: Normalization): one is EvenNormalization =>
  typeof one.mean === 'number' && typeof one.std === 'number';

/** The accepted forms of a normalization, for help and error messages. */
export const NORMALIZATION_FORMS =
  '"[0,1]", "[-1,1]", "0..255", "imagenet-torch", "imagenet-caffe", or MEAN/STD such as 0.2860/0.3530';

/** Smaller standard deviations would give numbers that overflow in a network. */
const LEAST_STD = 1e-6;
const NUMBER = /^-?(?:\d+\.?\d*|\.\d+)(?:e-?\d+)?$/i;

/** A normalization by its name, or as MEAN/STD of x / 255; undefined for anything else. */
export function parseNormalization(text: string): Normalization | undefined {
  const plain = text.replaceAll(/\s/g, '');
  const named = NAMED.find(([name]) => name === plain);
  if (named) return named[1];
  const parts = plain.split('/');
  const numbers = parts.map((part) => part.split(','));
  if (parts.length !== 2 || !numbers.flat().every((number) => NUMBER.test(number))) return undefined;
  const [mean, std] = numbers.map((some) => (some.length === 1 ? Number(some[0]) : some.map(Number)));
  return NormalizationObject.safeParse({ mean, std }).data;
}

/** True if two normalizations agree to the digits in which they are written. */
export const sameNormalization = (a: Normalization, b: Normalization): boolean =>
  [0, 1, 2].every((channel) => {
    const [first, second] = [ofChannel(a.std, channel), ofChannel(b.std, channel)];
    return (
      Math.abs(ofChannel(a.mean, channel) - ofChannel(b.mean, channel)) <= 1e-6 &&
      Math.abs(first - second) <= 1e-6 * Math.max(first, second)
    );
  });

/** The name of a normalization, or its mean and standard deviation with four decimals: `[0,1]`, `0.2860/0.3530`. */
export function normalizationName(normalization: Normalization): string {
  const named = NAMED.find(([, known]) => sameNormalization(known, normalization));
  if (named) return named[0];
  return `${written(normalization.mean)}/${written(normalization.std)}`;
}

/** Writes with four decimals, or with all where these are more. */
function written(values: PerChannel): string {
  const all = typeof values === 'number' ? [values] : values;
  const short = all.map((value) => value.toFixed(4));
  return (short.every((text, i) => Number(text) === all[i]) ? short : all).join(',');
}

const mean = z.number().min(-1000).max(1000);
const std = z.number().min(LEAST_STD, `must be ${LEAST_STD} or more`).max(1000);
/** One number for all channels, or three. */
const perChannel = <T extends z.ZodType<number>>(number: T) => z.union([number, z.array(number).length(3)]);

const NormalizationObject = z.strictObject({ mean: perChannel(mean), std: perChannel(std) });

/** Mean and standard deviation of x / 255. */
export const Normalization = NormalizationObject;

/** A normalization as a person writes it in a recipe: by its name, or as mean and standard deviation. */
export const NormalizationInput = z.union(
  [
    NormalizationObject,
    z.string().transform((text, context): z.infer<typeof NormalizationObject> => {
      const parsed = parseNormalization(text);
      if (parsed) return parsed;
      context.addIssue({ code: 'custom', message: `must be ${NORMALIZATION_FORMS}` });
      return z.NEVER;
    }),
  ],
  { error: `must be ${NORMALIZATION_FORMS}, or an object of mean and std` },
);

/** A normalization of a trial, and the metrics of the model with it. */
export const TriedNormalization = z.object({
  mean: z.number(),
  std: z.number(),
  /** 0 to 1; absent where the task has none. */
  accuracy: z.number().optional(),
  /** The metric that compares normalizations, where the task has no classes. */
  metric: MetricValue.optional(),
  /** Mean loss; null if an output was not a number. */
  loss: z.number().nullable(),
});
export type TriedNormalization = z.infer<typeof TriedNormalization>;

/** A trial of normalizations: each convention on the same images. */
export const NormalizationTrial = z.object({ samples: z.number(), tried: z.array(TriedNormalization) });
export type NormalizationTrial = z.infer<typeof NormalizationTrial>;

/**
 * The normalization in use and its source: `given` by the person; `stored` in the checkpoint; `layer`: the model starts
 * with a layer that takes raw pixels; `output`: the model reproduces its input in the range of its outputs; `found` by a trial; `new`: the default of new networks; `values`: the examples are
 * numbers, not pixels, and enter as they are.
 */
export const NormalizationInUse = z.object({
  mean: perChannel(z.number()),
  std: perChannel(z.number()),
  from: z.enum(['given', 'stored', 'layer', 'output', 'found', 'new', 'values']),
  /** The layer that takes raw pixels. */
  layer: z.string().optional(),
  trial: NormalizationTrial.optional(),
  /** The evidence of a trial in a few words. */
  note: z.string().optional(),
});
export type NormalizationInUse = z.infer<typeof NormalizationInUse>;

/** `[0,1]: 81.4%, [-1,1]: 24.6%` */
export const trialWords = ({ tried }: Pick<NormalizationTrial, 'tried'>): string =>
  tried
    .map((one) => {
      const words = one.metric ? `${translated(METRICS[one.metric.name].words)} ` : '';
      return `${normalizationName(one)}: ${words}${triedText(one)}`;
    })
    .join(t(', '));

/** The metric of a normalization that was tried: `81.4%`, `11.9 dB`. */
export const triedText = ({ metric, accuracy }: Pick<Partial<TriedNormalization>, 'metric' | 'accuracy'>): string =>
  metric ? metricText(metric.name, metric.value) : accuracy === undefined ? t('no number') : percent(accuracy, 1);

/** The source of a normalization in a few words; for a trial, its evidence. */
export function normalizationReason({ from, layer, trial, note, ...normalization }: NormalizationInUse): string {
  switch (from) {
    case 'given':
      return t('as given');
    case 'values':
      return t('the examples are numbers that enter as they are');
    case 'stored':
      return t('stored in the checkpoint');
    case 'layer':
      return t('because the model begins with the layer {0}', visible(layer ?? ''));
    case 'output':
      return t('because the model reproduces its input, and its outputs have this range');
    case 'new':
      return trial
        ? t('that of new networks, because the model only guesses: {0} on {1} images', trialWords(trial), trial.samples)
        : t('that of new networks');
    case 'found':
      return trial
        ? t(
            '{0} on {1} images; using {2}',
            trialWords(trial),
            trial.samples,
            `${normalizationName(normalization)}${note === undefined ? '' : t(', ') + translated(note)}`,
          )
        : t('found by trying');
  }
}

/** `normalization [0,1] ([0,1]: 81.4 %, [-1,1]: 24.6 % on 500 images; using [0,1])` */
export const normalizationWords = (used: NormalizationInUse): string =>
  used.from === 'values'
    ? t('no normalization ({0})', normalizationReason(used))
    : t('normalization {0} ({1})', normalizationName(used), normalizationReason(used));
