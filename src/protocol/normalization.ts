import * as z from 'zod';
import { visible } from './visible';
import { percent } from './format';
import { METRICS, MetricValue, metricText } from './metric';

/** The normalization of pixels: x in 0..255 becomes (x / 255 - mean) / std. */
export interface Normalization {
  readonly mean: number;
  readonly std: number;
}

/** The conventions with a name, from the most common to the least. */
const NAMED: readonly (readonly [string, Normalization])[] = [
  ['[0,1]', { mean: 0, std: 1 }],
  ['[-1,1]', { mean: 0.5, std: 0.5 }],
  ['0..255', { mean: 0, std: 1 / 255 }],
];

/** The conventions with a name, from the most common to the least. */
export const CONVENTIONS: readonly Normalization[] = NAMED.map(([, normalization]) => normalization);
/** Pixels as they are stored. */
export const RAW: Normalization = { mean: 0, std: 1 / 255 };
/** The default for networks that are trained from random weights. */
export const FOR_NEW_NETWORKS: Normalization = { mean: 0.5, std: 0.5 };

/** The accepted forms of a normalization, for help and error messages. */
export const NORMALIZATION_FORMS = '"[0,1]", "[-1,1]", "0..255", or MEAN/STD such as 0.2860/0.3530';

/** Smaller standard deviations would give numbers that overflow in a network. */
const LEAST_STD = 1e-6;
const NUMBER = /^-?(?:\d+\.?\d*|\.\d+)(?:e-?\d+)?$/i;

/** A normalization by its name, or as MEAN/STD of x / 255; undefined for anything else. */
export function parseNormalization(text: string): Normalization | undefined {
  const plain = text.replaceAll(/\s/g, '');
  const named = NAMED.find(([name]) => name === plain);
  if (named) return named[1];
  const parts = plain.split('/');
  if (parts.length !== 2 || !parts.every((part) => NUMBER.test(part))) return undefined;
  const [mean, std] = parts.map(Number) as [number, number];
  return NormalizationObject.safeParse({ mean, std }).data;
}

/** True if two normalizations agree to the digits in which they are written. */
export const sameNormalization = (a: Normalization, b: Normalization): boolean =>
  Math.abs(a.mean - b.mean) <= 1e-6 && Math.abs(a.std - b.std) <= 1e-6 * Math.max(a.std, b.std);

/** The name of a normalization, or its mean and standard deviation with four decimals: `[0,1]`, `0.2860/0.3530`. */
export function normalizationName(normalization: Normalization): string {
  const named = NAMED.find(([, known]) => sameNormalization(known, normalization));
  if (named) return named[0];
  const { mean, std } = normalization;
  const written = `${mean.toFixed(4)}/${std.toFixed(4)}`;
  const [m, s] = written.split('/').map(Number);
  return m === mean && s === std ? written : `${mean}/${std}`;
}

const NormalizationObject = z.strictObject({
  mean: z.number().min(-1000).max(1000),
  std: z.number().min(LEAST_STD, `must be ${LEAST_STD} or more`).max(1000),
});

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
  mean: z.number(),
  std: z.number(),
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
      const words = one.metric ? `${METRICS[one.metric.name].words} ` : '';
      return `${normalizationName(one)}: ${words}${triedText(one)}`;
    })
    .join(', ');

/** The metric of a normalization that was tried: `81.4%`, `11.9 dB`. */
export const triedText = ({ metric, accuracy }: TriedNormalization): string =>
  metric ? metricText(metric.name, metric.value) : accuracy === undefined ? 'no number' : percent(accuracy, 1);

/** The source of a normalization in a few words; for a trial, its evidence. */
export function normalizationReason({ from, layer, trial, note, ...normalization }: NormalizationInUse): string {
  switch (from) {
    case 'given':
      return 'as given';
    case 'values':
      return 'the examples are numbers that enter as they are';
    case 'stored':
      return 'stored in the checkpoint';
    case 'layer':
      return `because the model begins with the layer ${visible(layer ?? '')}`;
    case 'output':
      return 'because the model reproduces its input, and its outputs have this range';
    case 'new':
      return trial
        ? `that of new networks, because the model only guesses: ${trialWords(trial)} on ${trial.samples} images`
        : 'that of new networks';
    case 'found':
      return trial
        ? `${trialWords(trial)} on ${trial.samples} images; using ${normalizationName(normalization)}${note === undefined ? '' : `, ${note}`}`
        : 'found by trying';
  }
}

/** `normalization [0,1] ([0,1]: 81.4 %, [-1,1]: 24.6 % on 500 images; using [0,1])` */
export const normalizationWords = (used: NormalizationInUse): string =>
  used.from === 'values'
    ? `no normalization (${normalizationReason(used)})`
    : `normalization ${normalizationName(used)} (${normalizationReason(used)})`;
