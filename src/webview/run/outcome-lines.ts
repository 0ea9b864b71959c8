import { macsForWords, sizeWords } from '../../protocol/model';
import { metricDifference, METRICS, metricText } from '../../protocol/metric';
import type { RunResult } from '../../protocol/run';
import { bytes, change, compact, count, percent, plural, points } from '../../protocol/format';
import { t, translated } from '../../protocol/l10n';
import { stepDefinition, type StepName } from '../../protocol/steps';

/** A figure of a run, before and after. */
export interface Line {
  label: string;
  before: string;
  after: string;
  difference: string;
  /** The raw number after the run, and the start of its test id. */
  value: number;
  testId: string;
}

const line = (
  testId: string,
  label: string,
  before: number | null,
  after: number,
  format: (value: number) => string,
  difference: (before: number, after: number) => string,
): Line => ({
  testId,
  value: after,
  label,
  before: before === null ? '\u2013' : format(before),
  after: format(after),
  difference: before === null ? '' : difference(before, after),
});

/** A size that may have been computed from samples; none where the run does not tell it. */
function sizeLine(
  testId: string,
  label: string,
  { before, after }: RunResult,
  figure: 'gzipBytes' | 'packedBytes',
): Line[] {
  const [was, is] = [before?.[figure] ?? null, after[figure]];
  if (is === undefined) return [];
  return [
    {
      ...line(testId, label, was, is, bytes, change),
      ...(before && was !== null ? { before: sizeWords(before, figure) } : {}),
      after: sizeWords(after, figure),
    },
  ];
}

/** The ideal bytes of the weights, also of a model that is too large to be packed in passing. */
function idealLine({ before, after, sizes }: RunResult): Line[] {
  const bits = after.idealBits ?? sizes?.layers.reduce((sum, layer) => sum + layer.after.idealBits, 0);
  if (bits === undefined) return [];
  const was = before?.idealBits ?? sizes?.before?.idealBits ?? null;
  return [
    line('ideal', t('Weights, ideally'), was === null ? null : Math.ceil(was / 8), Math.ceil(bits / 8), bytes, change),
  ];
}

/** Before and after, figure by figure. */
export function lines(result: RunResult): Line[] {
  const { before, after, metrics } = result;
  const [first, last] = [metrics.before?.[0], (metrics.afterFineTune ?? metrics.afterPrune)?.[0]];
  const name = last?.name ?? 'accuracy';
  const was = first?.name === name ? first.value : null;
  const title = translated(METRICS[name].title);
  const inMetric = (from: number, to: number): string => metricDifference(name, to - from);
  const inPoints = (was: number, is: number): string => points(is - was);
  const shown = (value: number): string => metricText(name, value);
  return [
    line('params', t('Parameters'), before?.params ?? null, after.params, count, change),
    line('nonzero', t('Nonzero'), before?.nonzero ?? null, after.nonzero, count, change),
    ...(before && before.macs !== null && after.macs !== null && before.macs !== after.macs
      ? [
          line(
            'macs',
            after.macsFor ? t('MACs for {0}', macsForWords(after.macsFor)) : t('MACs'),
            before.macs,
            after.macs,
            compact,
            change,
          ),
        ]
      : []),
    line('sparsity', t('Sparsity'), before?.sparsity ?? null, after.sparsity, percent, inPoints),
    line('bytes', t('Size'), before?.bytes ?? null, after.bytes, bytes, change),
    ...sizeLine('gzip', t('Size, gzip'), result, 'gzipBytes'),
    ...sizeLine('packed', t('Size, packed'), result, 'packedBytes'),
    ...idealLine(result),
    ...(metrics.afterPrune === null
      ? []
      : [
          line(
            metrics.afterFineTune === null ? 'accuracy' : 'accuracy-prune',
            t('{0}, {1}', title, compressed(result)),
            was,
            metrics.afterPrune[0].value,
            shown,
            inMetric,
          ),
        ]),
    ...(metrics.afterFineTune === null
      ? []
      : [
          line(
            'accuracy',
            t('{0}, {1}', title, trainedWords(result)),
            was,
            metrics.afterFineTune[0].value,
            shown,
            inMetric,
          ),
        ]),
  ];
}

/** The word for a model after its last step that trains. */
function trainedWords({ steps }: RunResult): string {
  const last = steps.findLast(({ step }) => step === 'train' || step === 'finetune' || step === 'distill');
  return last?.step === 'distill' ? t('distilled') : t('fine-tuned');
}

const COMPRESSING: ReadonlySet<StepName> = new Set([
  'merge',
  'prune',
  'remove',
  'factorize',
  'compact',
  'quantize',
  'cluster',
  'ternarize',
  'binarize',
]);

/** The word for a model after its last step that compresses. */
function compressed({ steps }: RunResult): string {
  const done = steps.map((step) => (step.step === 'target' ? step.applied : step));
  const last = done.findLast(({ step }) => COMPRESSING.has(step));
  return translated(last && last.step !== 'remove' ? stepDefinition(last.step).words.past : 'pruned');
}

/** The examples of the metrics, in words. */
export function measuredOn(result: RunResult): string {
  const samples = result.steps.flatMap((step) => (step.step === 'evaluate' ? [step.evaluation.samples] : []));
  const last = samples.at(-1);
  const split = result.metrics.split ?? 'test';
  const { afterFineTune, afterPrune, before } = result.metrics;
  const title = translated(METRICS[(afterFineTune ?? afterPrune ?? before)?.[0].name ?? 'accuracy'].title);
  return last === undefined
    ? t('{0} on the {1} examples', title, translated(split))
    : t('{0} on {1}', title, plural(last, `${split} example`));
}
