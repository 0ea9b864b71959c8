import * as z from 'zod';
import { t, translated } from './l10n';
import { fixed, percent, points, signed } from './format';

/** The names of all metrics, in the order of reports. */
export const MetricName = z.enum(['accuracy', 'top5', 'macro-f1', 'auc', 'iou', 'rmse', 'mae', 'r2', 'psnr', 'loss']);
export type MetricName = z.infer<typeof MetricName>;

/** The definition of a metric: its words, its range and the direction in which it improves. */
export interface Metric {
  /** As it begins a sentence or heads a column. */
  readonly title: string;
  /** As it stands in a sentence. */
  readonly words: string;
  /** One sentence that says what it measures. */
  readonly meaning: string;
  readonly better: 'higher' | 'lower';
  /** True for values from 0 to 1 that are shown as a percentage. */
  readonly isShare: boolean;
  /** The unit of a value that is no share. Errors have the unit of the target. */
  readonly unit?: string;
}

/** The definitions of all metrics. */
export const METRICS: Readonly<Record<MetricName, Metric>> = {
  accuracy: {
    title: 'Accuracy',
    words: 'accuracy',
    meaning: 'Share of answers that are right.',
    better: 'higher',
    isShare: true,
  },
  top5: {
    title: 'Top-5 accuracy',
    words: 'top-5 accuracy',
    meaning: 'Share of examples whose class is among the five likeliest.',
    better: 'higher',
    isShare: true,
  },
  'macro-f1': {
    title: 'Macro-F1',
    words: 'macro-F1',
    meaning: 'Mean over all classes of the harmonic mean of precision and recall.',
    better: 'higher',
    isShare: true,
  },
  auc: {
    title: 'AUC',
    words: 'AUC',
    meaning: 'Area under the ROC curve: how often a right answer is scored above a wrong one.',
    better: 'higher',
    isShare: true,
  },
  iou: {
    title: 'IoU',
    words: 'IoU',
    meaning: 'Mean over all classes of intersection over union.',
    better: 'higher',
    isShare: true,
  },
  rmse: {
    title: 'RMSE',
    words: 'RMSE',
    meaning: 'Root of the mean squared error, in the unit of the target.',
    better: 'lower',
    isShare: false,
  },
  mae: {
    title: 'MAE',
    words: 'MAE',
    meaning: 'Mean absolute error, in the unit of the target.',
    better: 'lower',
    isShare: false,
  },
  r2: {
    title: 'R²',
    words: 'R²',
    meaning: 'Share of the variance of the target that is explained; 1 is perfect, 0 is as good as the mean.',
    better: 'higher',
    isShare: false,
  },
  psnr: {
    title: 'PSNR',
    words: 'PSNR',
    meaning: 'Peak signal-to-noise ratio of images, at most 100 dB.',
    better: 'higher',
    isShare: false,
    unit: 'dB',
  },
  loss: {
    title: 'Loss',
    words: 'loss',
    meaning: 'Loss of the task, as in training.',
    better: 'lower',
    isShare: false,
  },
};

/** A measured metric. */
export const MetricValue = z.object({
  name: MetricName,
  value: z.number(),
  better: z.enum(['higher', 'lower']),
  /** Name of the network's output, where it has several. */
  output: z.string().optional(),
});
export type MetricValue = z.infer<typeof MetricValue>;

/** The metrics of one measurement; the first is the main metric of the task. */
export const MetricValues = z.tuple([MetricValue], MetricValue);
export type MetricValues = z.infer<typeof MetricValues>;

/** Makes a measured metric. */
export const measured = (name: MetricName, value: number, output?: string): MetricValue => ({
  name,
  value,
  better: METRICS[name].better,
  ...(output === undefined ? {} : { output }),
});

/** Returns true where a value of this metric is strictly better than another. */
export const isBetter = (name: MetricName, value: number, than: number): boolean =>
  METRICS[name].better === 'higher' ? value > than : value < than;

/** Returns how much worse `value` is than `than`: above 0 where it is worse, below 0 where it is better. */
export const lossOf = (name: MetricName, value: number, than: number): number =>
  METRICS[name].better === 'higher' ? than - value : value - than;

/** A metric of a model; of one of its outputs where it has several. */
export type MetricOf = Pick<MetricValue, 'name' | 'output'>;

/**
 * Returns the metric of this name of an output; where none is named, the first, which is that of all outputs together or
 * of the first that has it. Undefined where it was not measured.
 */
export const metricNamed = (metrics: MetricValues, name: MetricName, output?: string): MetricValue | undefined =>
  metrics.find((one) => one.name === name && (output === undefined || one.output === output));

/** The metric in a sentence: `RMSE`, `RMSE for age`. */
export const metricNoun = ({ name, output }: MetricOf): string =>
  output === undefined ? translated(METRICS[name].words) : t('{0} for {1}', translated(METRICS[name].words), output);

/** Returns true where the main metric of one measurement is strictly better than that of another of the same task. */
export const isBetterThan = ([main]: MetricValues, [other]: MetricValues): boolean =>
  isBetter(main.name, main.value, other.value);

/** Returns true for the same metric of the same output. */
export const isSameMetric = (a: MetricValue, b: MetricValue): boolean => a.name === b.name && a.output === b.output;

/** A metric of two measurements; the other side is undefined where it was not measured. */
interface PairedMetric extends MetricOf {
  readonly a: number;
  readonly b: number | undefined;
}

/** Pairs each metric of a measurement with the same of another. */
export const pairedMetrics = (a: MetricValues, b: MetricValues): PairedMetric[] =>
  a.map((one) => ({
    name: one.name,
    ...(one.output === undefined ? {} : { output: one.output }),
    a: one.value,
    b: b.find((other) => isSameMetric(one, other))?.value,
  }));

/** Reads metrics; where there are none, the accuracy that earlier versions wrote in their place. */
export const metricsOr = (
  metrics: MetricValues | null | undefined,
  accuracy: number | null | undefined,
): MetricValues | undefined => metrics ?? (accuracy == null ? undefined : [measured('accuracy', accuracy)]);

/** Returns the accuracy where that is the main metric: files and printed JSON repeat it under the keys of earlier versions. */
export const mainAccuracy = (metrics: MetricValues | null | undefined): number | undefined =>
  metrics?.[0].name === 'accuracy' ? metrics[0].value : undefined;

/** Formats a value with its unit, and always as many digits: `91.20%`, `0.05120`, `31.2 dB`. @param digits decimals of a percentage */
export function metricText(name: MetricName, value: number, digits = 2): string {
  const { isShare, unit } = METRICS[name];
  if (isShare) return percent(value, digits);
  return unit === undefined ? fixed(value, 4) : `${fixed(value, 3)} ${unit}`;
}

/** Returns the definition of the main metric. */
export const mainMetric = ([{ name }]: MetricValues): Metric => METRICS[name];

/** Formats the value of the main metric: `91.20%`. @param digits decimals of a percentage */
export const mainText = ([{ name, value }]: MetricValues, digits = 2): string => metricText(name, value, digits);

/** The name of a metric on a split: `test accuracy`. */
export const splitMetric = (split: string, { words }: Metric): string => t(`${split} {0}`, translated(words));

/** Formats name and value: `accuracy 91.20%`, `RMSE 0.05120`. */
export const metricWords = ({ name, value }: Pick<MetricValue, 'name' | 'value'>): string =>
  `${translated(METRICS[name].words)} ${metricText(name, value)}`;

/** Formats a figure among others: `91.20% accuracy`, `RMSE 0.05120`. @param digits decimals of a percentage */
export const figureWords = ({ name, value }: Pick<MetricValue, 'name' | 'value'>, digits = 2): string =>
  METRICS[name].isShare
    ? t('{0} {1}', metricText(name, value, digits), translated(METRICS[name].words))
    : metricWords({ name, value });

/** The title of an axis of values: `Validation accuracy`, `Validation RMSE, lower is better`. */
export const axisWords = (metric: MetricOf): string =>
  METRICS[metric.name].better === 'lower'
    ? t('Validation {0}, lower is better', metricNoun(metric))
    : t('Validation {0}', metricNoun(metric));

/** Formats a difference of two values with its sign: `−0.3 pt` for shares, `+0.012` for others. */
export const metricDifference = (name: MetricName, difference: number): string =>
  METRICS[name].isShare ? points(difference) : signed(difference, (size) => metricText(name, size));

/** A bound on a metric: at least, or at most, this value. */
export interface MetricBound {
  readonly name: MetricName;
  /** Name of the output, where the model has several and one is meant. */
  readonly output?: string | undefined;
  readonly bound: 'at least' | 'at most';
  readonly value: number;
}

const namesOf = (better: Metric['better']): string => {
  const names = MetricName.options.filter((name) => METRICS[name].better === better);
  return `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
};
/** The bounds that a person may write, in words. */
export const METRIC_BOUNDS = `${namesOf('higher')} with >=, ${namesOf('lower')} with <=; shares from 0 to 1`;

const BOUND = /^\s*(?:(\S.*)\.)?([a-z0-9-]+)\s*(<=|>=)\s*(\S+)\s*$/iu;

/** Reads a bound such as `rmse<=0.05`, or `age.rmse<=3` for the output age; undefined where the text is none, or asks for the worse side of the metric or for a share that is not from 0 to 1. */
export function readMetricBound(text: string): MetricBound | undefined {
  const [, output, word = '', sign, number = ''] = BOUND.exec(text) ?? [];
  const name = MetricName.safeParse(word.toLowerCase());
  const value = Number(number);
  if (!name.success || number === '' || !Number.isFinite(value)) return undefined;
  if (METRICS[name.data].isShare && (value < 0 || value > 1)) return undefined;
  const bound = sign === '>=' ? 'at least' : 'at most';
  if ((bound === 'at least') !== (METRICS[name.data].better === 'higher')) return undefined;
  return { name: name.data, ...(output === undefined ? {} : { output }), bound, value };
}

/** `a validation accuracy of 0.9 or more`, `a validation RMSE of 0.05 or less`, `a validation RMSE of 3 or less for age` */
export function boundWords({ name, output, bound, value }: MetricBound): string {
  const { words } = METRICS[name];
  if (bound === 'at least')
    return output === undefined
      ? `a validation ${words} of ${value} or more`
      : `a validation ${words} of ${value} or more for ${output}`;
  return output === undefined
    ? `a validation ${words} of ${value} or less`
    : `a validation ${words} of ${value} or less for ${output}`;
}

/** `accuracy >= 0.9`, `RMSE for age <= 3` */
export const boundText = ({ bound, value, ...metric }: MetricBound): string =>
  `${metricNoun(metric)} ${bound === 'at least' ? '>=' : '<='} ${value}`;

/** A bound as a person writes it: `rmse<=0.05`. */
export const writtenBound = (name: MetricName, value: number | '', output?: string): string =>
  `${output === undefined ? '' : `${output}.`}${name}${METRICS[name].better === 'higher' ? '>=' : '<='}${value}`;

/** Returns true where a value keeps within a bound. */
export const keepsWithin = ({ bound, value }: MetricBound, measured: number): boolean =>
  bound === 'at least' ? measured >= value : measured <= value;
