import { sizeWords, type ModelTotals } from '../../../protocol/model';
import type { PlannedLayer, StepPlan } from '../../../protocol/plan';
import { Removal, type RemovedLayer } from '../../../protocol/removal';
import type { RunResult } from '../../../protocol/run';
import { visible } from '../../../protocol/visible';
import { bytes, count, percent } from '../../../protocol/format';
import { measuredLines, metricsDocument, totalsOf, whole } from '../plan';
import { keptLines, measuringNotes } from '../runs';
import { table } from '../table';
import { sizesTaken } from '../commands/inspect';
import { metricLine } from './metric-line';
import type { Outcome } from './outcome';
import { hasPacked, PACKED_COLUMNS, packedCells } from './totals';

function removalOf({ steps }: RunResult): Extract<RunResult['steps'][number], { step: 'remove' }> {
  const found = steps.find((result) => result.step === 'remove');
  if (!found) throw new Error('the run has no remove step');
  return found;
}

function documentOf(result: RunResult) {
  const { out, before, after, metrics, accuracy, sampleData, normalization, noAccuracy } = result;
  const measured = { metrics, accuracy, sampleData, normalization, noAccuracy };
  return { out, ...Removal.parse(removalOf(result)), totals: { before, after }, ...measured };
}

function resultText(result: RunResult): string {
  const { before, after, sampleData, normalization, out } = result;
  const removal = removalOf(result);
  return [
    sizesText(removal.layers),
    '',
    totalsText([...(before ? [['before', before] as const] : []), ['after', after]]),
    '',
    ...reachedLines(removal),
    differenceLine(removal),
    metricLine(result),
    ...keptLines(result),
    ...measuringNotes(sampleData, normalization),
    `Written to ${visible(out)}`,
  ].join('\n');
}

/** Formats the plan of a removal as one document. */
export function planDocument(plan: StepPlan) {
  const { counts, metrics, noAccuracy, notes, ...removal } = plan;
  const said = {
    ...(noAccuracy === undefined ? {} : { noAccuracy }),
    ...(notes === undefined ? {} : { notes }),
  };
  return {
    ...{ dryRun: true, layers: counts.layers, totals: totalsOf(plan) },
    ...Removal.omit({ layers: true, totals: true }).parse(removal),
    ...{ ...metricsDocument({ metrics }), ...said },
  };
}

/** Formats the same as text. */
export function planText(plan: StepPlan): string {
  return [
    sizesText(plan.counts.layers),
    '',
    totalsText(Object.entries(totalsOf(plan))),
    '',
    ...reachedLines(plan),
    differenceLine(plan),
    ...measuredLines(plan, 'after removal'),
  ].join('\n');
}

const right = true;

export function sizesText(layers: readonly (RemovedLayer | PlannedLayer)[]): string {
  const change = (before: number | null, after: number | null): string =>
    before === after ? whole(before) : `${whole(before)} -> ${whole(after)}`;
  return table(
    [
      { heading: 'layer' },
      { heading: 'plan' },
      { heading: 'channels', right },
      { heading: 'parameters', right },
      { heading: 'MACs', right },
      { heading: 'note' },
    ],
    layers.map(({ name, state, before, after, reason }) => [
      name,
      state,
      change(before.width, after.width),
      change(before.params, after.params),
      change(before.macs, after.macs),
      reason ?? '',
    ]),
  );
}

/** Formats the totals of a model; a plan leaves out sizes that are not known. */
type Totals = Pick<ModelTotals, 'params' | 'macs' | 'macsFor'> &
  Partial<Pick<ModelTotals, 'bytes' | 'gzipBytes' | 'packedBytes' | 'idealBits' | 'estimated'>>;

/** Formats parameters, MACs and sizes of whole models, one row each. */
export function totalsText(rows: readonly (readonly [string, Totals])[]): string {
  const macsFor = rows.at(-1)?.[1].macsFor;
  const headings = ['', 'parameters', 'MACs', 'files', 'gzip'];
  const isPacked = rows.some(([, figures]) => hasPacked(figures));
  const figures = table(
    [
      ...headings.map((heading, i) => (i === 0 ? { heading } : { heading, right })),
      ...(isPacked ? PACKED_COLUMNS : []),
    ],
    rows.map(([name, figures]) => [
      name,
      count(figures.params),
      whole(figures.macs),
      figures.bytes === undefined ? '?' : bytes(figures.bytes),
      sizeWords(figures, 'gzipBytes'),
      ...(isPacked ? packedCells(figures) : []),
    ]),
  );
  return macsFor ? `${figures}\nMACs are those of one sample${sizesTaken(macsFor)}` : figures;
}

/** Formats the removed amount and, in one sentence, the reason where it is less than requested. */
function reachedLines({ reached, shortfall }: Pick<Removal, 'reached' | 'shortfall'>): string[] {
  if (!reached) return [];
  const macs = reached.macs === null ? '' : `, ${percent(reached.macs)} of the MACs`;
  const went = `removed: ${percent(reached.channels)} of the channels, ${percent(reached.params)} of the parameters${macs}`;
  return [went, ...(shortfall === undefined ? [] : [shortfall])];
}

/** Formats the difference of outputs with its name, so that nobody reads it as a loss of accuracy. */
function differenceLine({ difference, notCompared }: Pick<StepPlan, 'difference' | 'notCompared'>): string {
  if (!difference) return `largest difference of outputs: not measured, ${notCompared ?? 'the model cannot be run'}`;
  const { largest, samples, on } = difference;
  const where = on === 'noise' ? 'random inputs, as no dataset was given' : `${on} examples`;
  return `largest difference of outputs, removed against masked, on ${samples} ${where}: ${largest.toExponential(1)} of their spread`;
}

export const remove: Outcome = { document: documentOf, text: resultText };
