import * as z from 'zod';
import { sentences, t, translated } from './l10n';
import { EpochRecord, reportedMetrics } from './epoch';
import { plural } from './format';
import { METRICS, metricText, MetricName, type MetricValue } from './metric';

/** One training of a student. */
export const StudentTraining = z.object({
  /** False for the same student without a teacher. */
  taught: z.boolean(),
  /** The seed of its weights and of the order of examples. */
  seed: z.number(),
  epochs: z.array(EpochRecord),
  /** The best epoch by the main metric on the validation split. */
  best: EpochRecord,
});
export type StudentTraining = z.infer<typeof StudentTraining>;

/** The training of a step that is going on: its index among all of them. */
export const StudentNow = StudentTraining.pick({ taught: true, seed: true }).extend({
  index: z.number(),
  of: z.number(),
});
export type StudentNow = z.infer<typeof StudentNow>;

/** `with the teacher`, and which training it is where there are several. */
export function studentWords({ taught, index, of }: StudentNow): string {
  const who = taught ? t('with the teacher') : t('without a teacher');
  return of > 1 ? t('training {0} of {1}, {2}', index + 1, of, who) : who;
}

/** A metric over some trainings. */
const Spread = z.object({
  mean: z.number(),
  /** Standard deviation over the seeds (of a sample); null for one seed. */
  deviation: z.number().nullable(),
});
export type Spread = z.infer<typeof Spread>;

/** The main metric of trainings with a teacher and without. Each training counts by its best epoch. */
const Sides = z.object({
  taught: Spread,
  alone: Spread,
  /** How much better it is with the teacher, in the unit of the metric; below 0 where it is worse. Over the pairs of a seed. */
  gain: Spread,
});

/** The comparison of a student with a teacher and without, from the same weights and over the same batches. */
export const StudentComparison = z.object({
  metric: MetricName,
  /** Number of pairs. */
  seeds: z.number(),
  /** Decides which one won. */
  validation: Sides,
  /** Absent where the data has no test split. */
  test: Sides.optional(),
  won: z.enum(['taught', 'alone', 'neither']),
});
export type StudentComparison = z.infer<typeof StudentComparison>;

/** Computes mean and standard deviation. */
function spreadOf(values: readonly number[]): Spread {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  if (values.length < 2) return { mean, deviation: null };
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / (values.length - 1)) };
}

/** Compares the trainings of a student; undefined where no seed has both. */
export function comparisonOf(trainings: readonly StudentTraining[]): StudentComparison | undefined {
  const pairs = trainings.flatMap((taught) => {
    const alone = trainings.find((one) => !one.taught && one.seed === taught.seed);
    return taught.taught && alone ? [{ taught: taught.best, alone: alone.best }] : [];
  });
  const [first] = pairs;
  if (!first) return undefined;
  const { name } = first.taught.validation[0];
  const sidesOf = (main: (record: EpochRecord) => MetricValue): z.infer<typeof Sides> => {
    const values = pairs.map(({ taught, alone }) => ({ taught: main(taught).value, alone: main(alone).value }));
    const sign = METRICS[name].better === 'higher' ? 1 : -1;
    return {
      taught: spreadOf(values.map(({ taught }) => taught)),
      alone: spreadOf(values.map(({ alone }) => alone)),
      gain: spreadOf(values.map(({ taught, alone }) => sign * (taught - alone))),
    };
  };
  const validation = sidesOf((record) => record.validation[0]);
  const { mean } = validation.gain;
  return {
    ...{ metric: name, seeds: pairs.length, validation },
    ...(first.taught.test ? { test: sidesOf((record) => reportedMetrics(record)[0]) } : {}),
    won: mean > 0 ? 'taught' : mean < 0 ? 'alone' : 'neither',
  };
}

/** `91.2% ± 0.1`, or `91.2%` for one seed. */
export function spreadText(metric: MetricName, { mean, deviation }: Spread): string {
  const value = metricText(metric, mean);
  if (deviation === null) return value;
  // A percentage and its deviation have the same unit.
  return `${value} ± ${metricText(metric, deviation).replace(/%$/, '')}`;
}

/** `test accuracy with teacher 91.20% ± 0.10, without 90.90% ± 0.20 (5 seeds)` */
export function comparisonWords({ metric, seeds, validation, test }: StudentComparison): string {
  const { taught, alone } = test ?? validation;
  const figures = [spreadText(metric, taught), spreadText(metric, alone), plural(seeds, 'seed')];
  const words = translated(METRICS[metric].words);
  return test
    ? t('test {0} with teacher {1}, without {2} ({3})', words, ...figures)
    : t('validation {0} with teacher {1}, without {2} ({3})', words, ...figures);
}

/**
 * Says which student won on the validation split, and by how much: `The student with the teacher won: its validation
 * accuracy is better by 0.24 pt, its test accuracy by 0.20 pt.`
 */
export function winnerWords({ metric, seeds, validation, test, won }: StudentComparison): string {
  const sign = won === 'alone' ? -1 : 1;
  const words = translated(METRICS[metric].words);
  const by = (gain: number): string => {
    const size = sizeText(metric, Math.abs(gain));
    return gain < 0 ? t('worse by {0}', size) : t('better by {0}', size);
  };
  const on = sign * (test?.gain.mean ?? 0);
  const chance = seeds === 1 ? t('One seed cannot tell this from chance.') : '';
  if (won === 'neither') {
    const more = test && on !== 0 ? t('; with the teacher its test {0} is {1}', words, by(on)) : '';
    return sentences(t('The student is as good with the teacher as without on validation examples{0}.', more), chance);
  }
  const tested = !test
    ? ''
    : on === 0
      ? t(', its test {0} the same', words)
      : on < 0
        ? t(', but its test {0} {1}', words, by(on))
        : t(', its test {0} {1}', words, by(on));
  const validated = by(sign * validation.gain.mean);
  return sentences(
    won === 'taught'
      ? t('The student with the teacher won: its validation {0} is {1}{2}.', words, validated, tested)
      : t('The student without a teacher won: its validation {0} is {1}{2}.', words, validated, tested),
    chance,
  );
}

/** The size of a difference: hundredths of a point for shares. */
const sizeText = (metric: MetricName, size: number): string =>
  METRICS[metric].isShare ? t('{0} pt', (100 * size).toFixed(2)) : metricText(metric, size);
