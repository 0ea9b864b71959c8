import type { PrunedLayer } from '../../protocol/measure';
import { accuracyNotes } from './runs';
import type { Recipe } from '../../protocol/recipe';
import type { PruneStep } from '../../protocol/steps/prune';
import { visible } from '../../protocol/visible';
import { bytes, count, percent, weight } from '../../protocol/format';
import type { LocalEngine } from './engine';
import { table } from './table';
import type { Terminal } from './terminal';

/** What a prune step would do; nothing is written. */
export type DryRun = Awaited<ReturnType<typeof dryRun>>;

/** Asks for the plan of a prune step, with bytes and MACs before and after. `nonzeroMacs` are those with a weight that is not 0. Throws UserError. */
export async function dryRun(
  engine: LocalEngine,
  terminal: Terminal,
  { data, seed }: Recipe,
  model: string,
  prune: PruneStep,
) {
  const now = await engine.ask('inspect', { model });
  const {
    counts,
    bytes: after,
    accuracy,
    noAccuracy,
    notes,
  } = await engine.ask('preview', { model, prune, seed, ...(data === undefined ? {} : { data }) }, (part) => {
    if (part.part === 'progress') terminal.progress(part.progress);
  });
  const layers = counts.layers.map((layer) => {
    const before = now.layers.find(({ name }) => name === layer.name);
    const macs = before?.macs ?? null;
    const nonzero = (sparsity: number | null | undefined) => (macs === null ? null : macs * (1 - (sparsity ?? 0)));
    return {
      ...layer,
      before: {
        nonzero: before?.nonzero ?? null,
        sparsity: before?.sparsity ?? null,
        nonzeroMacs: nonzero(before?.sparsity),
      },
      macs,
      nonzeroMacs: nonzero(layer.sparsity),
    };
  });
  const sum = (figures: readonly (number | null)[]) => figures.reduce<number>((total, one) => total + (one ?? 0), 0);
  const totals = {
    before: { ...now.totals, nonzeroMacs: sum(layers.map(({ before }) => before.nonzeroMacs)) },
    after: {
      ...counts.totals,
      ...after,
      macs: now.totals.macs,
      nonzeroMacs: sum(layers.map((layer) => layer.nonzeroMacs)),
    },
  };
  return {
    dryRun: true as const,
    layers,
    totals,
    accuracy,
    ...(noAccuracy === undefined ? {} : { noAccuracy }),
    ...(notes === undefined ? {} : { notes }),
  };
}

/** The plan as a table. */
export function planText({ layers, totals, accuracy, noAccuracy, notes = [] }: DryRun): string {
  const right = true;
  const whole = (value: number | null): string => (value === null ? '?' : count(value));
  const plan = table(
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
    layers.map((layer) => [
      layer.name,
      layer.state ?? '',
      count(layer.nonzero),
      layer.sparsity === null ? '' : percent(layer.sparsity),
      layer.threshold === null ? '' : weight(layer.threshold, 4),
      whole(layer.nonzeroMacs),
      whole(layer.macs),
      pruneNote(layer),
    ]),
  );
  const headings = ['', 'nonzero', 'sparsity', 'nonzero MACs', 'files', 'gzip'];
  const rows = [['before', totals.before] as const, ['after', totals.after] as const].map(([name, figures]) => [
    name,
    count(figures.nonzero),
    percent(figures.sparsity),
    count(figures.nonzeroMacs),
    bytes(figures.bytes),
    bytes(figures.gzipBytes),
  ]);
  const measured = accuracy
    ? `validation accuracy on ${count(accuracy.samples)} images: ${percent(accuracy.baseline)} before, ${percent(accuracy.accuracy)} after pruning`
    : `accuracy: not measured, ${visible(noAccuracy ?? '')}`;
  const columns = headings.map((heading, i) => (i === 0 ? { heading } : { heading, right }));
  return [
    plan,
    '',
    table(columns, rows),
    '',
    measured,
    ...accuracyNotes(accuracy?.sampleData ?? false, accuracy?.normalization),
    ...notes.map((note) => visible(note)),
    'Nothing was written: this was a dry run.',
  ].join('\n');
}

/** What is to be said of a layer beside its figures. */
export function pruneNote({ reason, outputError }: PrunedLayer): string {
  const fitted = outputError
    ? [`output error ${percent(outputError.before)}, ${percent(outputError.after)} once its weights were fitted anew`]
    : [];
  return [...(reason === undefined ? [] : [reason]), ...fitted].join('; ');
}
