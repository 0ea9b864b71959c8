import { percent } from '../../../protocol/format';
import type { RunResult } from '../../../protocol/run';
import { stepDefinition } from '../../../protocol/steps';
import type { RestrictedLayer } from '../../../protocol/steps/restricted';
import { visible } from '../../../protocol/visible';
import { keptLines, measuringNotes } from '../runs';
import { table } from '../table';
import { layerDocument } from './layer-document';
import { metricLine } from './metric-line';
import type { Outcome } from './outcome';
import { totalsTable } from './totals';

type Name = 'cluster' | 'ternarize' | 'binarize';

function layersOf({ steps }: RunResult, name: Name): readonly RestrictedLayer[] {
  for (const step of steps)
    if ((step.step === 'cluster' || step.step === 'ternarize' || step.step === 'binarize') && step.step === name)
      return step.layers;
  throw new Error(`the run has no ${name} step`);
}

function textOf(result: RunResult, step: Name): string {
  const right = true;
  const columns = [
    { heading: 'layer' },
    { heading: 'values', right },
    { heading: 'zeros', right },
    { heading: 'error', right },
    { heading: 'ideal bits', right },
    { heading: 'left alone because' },
  ];
  const rows = layersOf(result, step).map(({ name, values, zeros, error, bits, reason = '' }) => [
    ...[visible(name), values === undefined ? '' : String(values), zeros === undefined ? '' : percent(zeros)],
    ...[error === undefined ? '' : percent(error), bits === undefined ? '' : bits.toFixed(2), visible(reason)],
  ]);
  const running = stepDefinition(step).words.running.toLowerCase();
  return [
    ...[table(columns, rows), '', totalsTable(result), '', metricLine(result, running)],
    ...keptLines(result),
    ...measuringNotes(result.sampleData, result.normalization),
    `Written to ${visible(result.out)}`,
  ].join('\n');
}

/** Formats a run whose command is a step after which weights have few values. */
export const restrict = (step: Name): Outcome => ({
  document: (result) => layerDocument(result, layersOf(result, step)),
  text: (result) => textOf(result, step),
});
