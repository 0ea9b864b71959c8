import { mainAccuracy, mainMetric, mainText, metricNamed } from '../../protocol/metric';
import { measuringNotes } from './runs';
import type { PlanMetrics, PlanBytes, PlanCounts, PlannedLayer, StepPlan } from '../../protocol/plan';
import { withEstimate } from '../../protocol/model';
import { visible } from '../../protocol/visible';
import { bytes, count, percent, weight } from '../../protocol/format';
import { hasPacked, PACKED_COLUMNS, packedCells } from './outcomes/totals';
import { table } from './table';

/** Totals of a plan: counts and file sizes together. */
export const totalsOf = ({ counts: { totals }, bytes }: StepPlan) => ({
  before: { ...totals.before, ...bytes.before },
  after: { ...totals.after, ...bytes.after },
});

/**
 * Formats the plan of a step that removes no channels as one document. `nonzeroMacs` counts MACs with a weight other
 * than 0.
 */
export function planDocument(plan: StepPlan) {
  const { counts, noAccuracy, notes } = plan;
  return {
    dryRun: true,
    layers: counts.layers.map(({ before, after, ...layer }) => ({
      ...layer,
      before: { nonzero: before.nonzero, sparsity: before.sparsity, nonzeroMacs: before.nonzeroMacs },
      ...{ nonzero: after.nonzero, sparsity: after.sparsity, macs: after.macs, nonzeroMacs: after.nonzeroMacs },
    })),
    totals: totalsOf(plan),
    ...metricsDocument(plan),
    ...(noAccuracy === undefined ? {} : { noAccuracy }),
    ...(notes === undefined ? {} : { notes }),
  };
}

/** The metrics of a plan, and again as an accuracy for readers of earlier versions; null where that is not the metric. */
export function metricsDocument({ metrics }: Pick<StepPlan, 'metrics'>) {
  const baseline = mainAccuracy(metrics?.before);
  if (!metrics || baseline === undefined) return { accuracy: null, metrics };
  const { after, samples, sampleData, normalization } = metrics;
  const accuracy = {
    ...{ baseline, accuracy: mainAccuracy(after) ?? null },
    loss: (after && metricNamed(after, 'loss')?.value) ?? null,
    ...{ samples, sampleData, normalization },
  };
  return { accuracy, metrics };
}

const right = true;
/** Formats a count; a question mark where it is unknown. */
export const whole = (value: number | null): string => (value === null ? '?' : count(value));

/** Formats the same as text. @param running the step while it runs: `Pruning` */
export const planText = (plan: StepPlan, running: string): string =>
  [layersText(plan.counts), '', totalsText(plan), '', ...measuredLines(plan, `after ${running.toLowerCase()}`)].join(
    '\n',
  );

function layersText({ layers }: PlanCounts): string {
  return table(
    [
      { heading: 'layer' },
      { heading: 'plan' },
      { heading: 'nonzero', right },
      { heading: 'sparsity', right },
      { heading: 'threshold', right },
      { heading: 'nonzero MACs', right },
      { heading: 'of MACs', right },
      { heading: 'note' },
    ],
    layers.map(({ after, ...layer }) => [
      layer.name,
      layer.state,
      count(after.nonzero),
      after.sparsity === null ? '' : percent(after.sparsity),
      layer.threshold === null ? '' : weight(layer.threshold, 4),
      whole(after.nonzeroMacs),
      whole(after.macs),
      pruneNote(layer),
    ]),
  );
}

function totalsText({ counts: { totals }, bytes: files }: StepPlan): string {
  const headings = ['', 'nonzero', 'sparsity', 'nonzero MACs', 'files', 'gzip'];
  const size = (of: PlanBytes['after'], key: 'bytes' | 'gzipBytes') =>
    of ? (key === 'bytes' ? bytes(of[key]) : withEstimate(of, key, bytes(of[key]))) : '?';
  const isPacked = hasPacked(files.before);
  const unknown = PACKED_COLUMNS.map(() => '?');
  return table(
    [
      ...headings.map((heading, i) => (i === 0 ? { heading } : { heading, right })),
      ...(isPacked ? PACKED_COLUMNS : []),
    ],
    (['before', 'after'] as const).map((when) => [
      when,
      count(totals[when].nonzero),
      percent(totals[when].sparsity),
      whole(totals[when].nonzeroMacs),
      size(files[when], 'bytes'),
      size(files[when], 'gzipBytes'),
      ...(isPacked ? (files[when] ? packedCells(files[when]) : unknown) : []),
    ]),
  );
}

/** Formats the notes below the figures of a plan. @param after the moment after which it is measured */
export const measuredLines = ({ metrics, noAccuracy = '', notes = [] }: StepPlan, after: string): string[] => [
  metrics ? metricsText(metrics, after) : `accuracy: not measured, ${visible(noAccuracy)}`,
  ...measuringNotes(metrics?.sampleData ?? false, metrics?.normalization),
  ...notes.map((note) => visible(note)),
  'Nothing was written: this was a dry run.',
];

const metricsText = (metrics: PlanMetrics, after: string): string =>
  [
    `validation ${mainMetric(metrics.before).words} on ${count(metrics.samples)} examples: ${mainText(metrics.before)} before`,
    ...(metrics.after ? [`${mainText(metrics.after)} ${after}`] : []),
  ].join(', ');

/** Formats the note of a layer. */
export function pruneNote({ reason, outputError }: Pick<PlannedLayer, 'reason' | 'outputError'>): string {
  const fitted =
    typeof outputError === 'object'
      ? [`output error ${percent(outputError.before)}, ${percent(outputError.after)} after fitting its weights again`]
      : [];
  return [...(reason === undefined ? [] : [reason]), ...fitted].join('; ');
}
