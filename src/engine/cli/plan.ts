import type { PrunedLayer } from '../../protocol/measure';
import { accuracyNotes } from './runs';
import type { PlanAccuracy, PlanBytes, PlanCounts, StepPlan } from '../../protocol/plan';
import { visible } from '../../protocol/visible';
import { bytes, count, percent, weight } from '../../protocol/format';
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
  const { counts, accuracy, noAccuracy, notes } = plan;
  return {
    dryRun: true,
    layers: counts.layers.map(({ before, after, ...layer }) => ({
      ...layer,
      before: { nonzero: before.nonzero, sparsity: before.sparsity, nonzeroMacs: before.nonzeroMacs },
      ...{ nonzero: after.nonzero, sparsity: after.sparsity, macs: after.macs, nonzeroMacs: after.nonzeroMacs },
    })),
    totals: totalsOf(plan),
    accuracy,
    ...(noAccuracy === undefined ? {} : { noAccuracy }),
    ...(notes === undefined ? {} : { notes }),
  };
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
  const size = (of: PlanBytes['after'], key: 'bytes' | 'gzipBytes') => (of ? bytes(of[key]) : '?');
  return table(
    headings.map((heading, i) => (i === 0 ? { heading } : { heading, right })),
    (['before', 'after'] as const).map((when) => [
      when,
      count(totals[when].nonzero),
      percent(totals[when].sparsity),
      whole(totals[when].nonzeroMacs),
      size(files[when], 'bytes'),
      size(files[when], 'gzipBytes'),
    ]),
  );
}

/** Formats the notes below the figures of a plan. @param after the moment at which accuracy is measured */
export const measuredLines = ({ accuracy, noAccuracy = '', notes = [] }: StepPlan, after: string): string[] => [
  accuracy ? accuracyText(accuracy, after) : `accuracy: not measured, ${visible(noAccuracy)}`,
  ...accuracyNotes(accuracy?.sampleData ?? false, accuracy?.normalization),
  ...notes.map((note) => visible(note)),
  'Nothing was written: this was a dry run.',
];

const accuracyText = ({ samples, baseline, accuracy }: PlanAccuracy, after: string): string =>
  [
    `validation accuracy on ${count(samples)} images: ${percent(baseline)} before`,
    ...(accuracy === null ? [] : [`${percent(accuracy)} ${after}`]),
  ].join(', ');

/** Formats the note of a layer. */
export function pruneNote({ reason, outputError }: Pick<PrunedLayer, 'reason' | 'outputError'>): string {
  const fitted = outputError
    ? [`output error ${percent(outputError.before)}, ${percent(outputError.after)} after fitting its weights again`]
    : [];
  return [...(reason === undefined ? [] : [reason]), ...fitted].join('; ');
}
