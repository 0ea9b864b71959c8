import { Removal, type RemovalPlan, type RemovedLayer } from '../../../protocol/removal';
import type { RunResult } from '../../../protocol/run';
import { visible } from '../../../protocol/visible';
import { bytes, count, percent } from '../../../protocol/format';
import { accuracyNotes } from '../runs';
import { table } from '../table';
import { sizesTaken } from '../commands/inspect';
import { accuracyLine } from './accuracy';
import type { Outcome } from './outcome';

function removalOf({ steps }: RunResult): Extract<RunResult['steps'][number], { step: 'remove' }> {
  const found = steps.find((result) => result.step === 'remove');
  if (!found) throw new Error('the run has no remove step');
  return found;
}

function documentOf(result: RunResult) {
  const { out, before, after, accuracy, sampleData, normalization, noAccuracy } = result;
  const measured = { accuracy, sampleData, normalization, noAccuracy };
  return { out, ...Removal.parse(removalOf(result)), totals: { before, after }, ...measured };
}

function resultText(result: RunResult): string {
  const { before, after, accuracy, sampleData, normalization, out } = result;
  const removal = removalOf(result);
  return [
    layersText(removal.layers),
    '',
    totalsText([...(before ? [['before', before] as const] : []), ['after', after]]),
    '',
    ...reachedLines(removal),
    differenceLine(removal),
    accuracyLine(accuracy, result.noAccuracy),
    ...accuracyNotes(sampleData, normalization),
    `Written to ${visible(out)}`,
  ].join('\n');
}

/** What a remove step would come to; nothing was written. */
export function planText(plan: RemovalPlan): string {
  const { layers, totals, accuracy, noAccuracy } = plan;
  const measured = accuracy
    ? `validation accuracy on ${count(accuracy.samples)} images: ${percent(accuracy.baseline)} before, ${percent(accuracy.accuracy)} after removal`
    : `accuracy: not measured, ${visible(noAccuracy ?? '')}`;
  return [
    layersText(layers),
    '',
    totalsText([
      ['before', totals.before],
      ['after', totals.after],
    ]),
    '',
    ...reachedLines(plan),
    differenceLine(plan),
    measured,
    ...accuracyNotes(accuracy?.sampleData ?? false, accuracy?.normalization),
    'Nothing was written: this was a dry run.',
  ].join('\n');
}

const right = true;
const whole = (value: number | null): string => (value === null ? '?' : count(value));

function layersText(layers: readonly RemovedLayer[]): string {
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

function totalsText(rows: readonly (readonly [string, RemovalPlan['totals']['after']])[]): string {
  const macsFor = rows.at(-1)?.[1].macsFor;
  const headings = ['', 'parameters', 'MACs', 'files', 'gzip'];
  const figures = table(
    headings.map((heading, i) => (i === 0 ? { heading } : { heading, right })),
    rows.map(([name, figures]) => [
      name,
      count(figures.params),
      whole(figures.macs),
      bytes(figures.bytes),
      bytes(figures.gzipBytes),
    ]),
  );
  return macsFor ? `${figures}\nMACs are those of one sample${sizesTaken(macsFor)}` : figures;
}

/** How much went, and in one sentence why it is less than was asked for. */
function reachedLines({ reached, shortfall }: Removal): string[] {
  if (!reached) return [];
  const macs = reached.macs === null ? '' : `, ${percent(reached.macs)} of the MACs`;
  const went = `removed: ${percent(reached.channels)} of the channels, ${percent(reached.params)} of the parameters${macs}`;
  return [went, ...(shortfall === undefined ? [] : [shortfall])];
}

/** Names what was compared, so that nobody takes it for a loss of accuracy. */
function differenceLine({ difference, notCompared }: Removal): string {
  if (!difference) return `largest difference of outputs: not measured, ${notCompared ?? 'the model cannot be run'}`;
  const { largest, samples, on } = difference;
  const where = on === 'noise' ? 'random inputs, as no dataset was given' : `${on} images`;
  return `largest difference of outputs, removed against masked, on ${samples} ${where}: ${largest.toExponential(1)} of their spread`;
}

export const remove: Outcome = { document: documentOf, text: resultText };
