import type { ParetoCurve } from '../../../protocol/pareto';
import type { RunResult } from '../../../protocol/run';
import { visible } from '../../../protocol/visible';
import { bytes, count, percent } from '../../../protocol/format';
import { totalLines } from '../commands/inspect';
import { accuracyNotes } from '../runs';
import { table } from '../table';
import { accuracyLine } from './accuracy';
import type { Outcome } from './outcome';

function targetText(result: RunResult): string {
  const found = result.steps.find((step) => step.step === 'target');
  return [
    ...(found ? [curveText(found.curve), ''] : []),
    ...totalLines(result.after),
    accuracyLine(result.accuracy, result.noAccuracy),
    ...accuracyNotes(result.sampleData, result.normalization),
    `Written to ${visible(result.out)}; each plan is a step in pareto.json beside it`,
  ].join('\n');
}

/** Formats the plans from large to small, with the chosen one marked. */
function curveText({ points, chosen, samples, baseline }: ParetoCurve): string {
  const right = true;
  const plans = table(
    [
      ...['plan', 'accuracy', 'predicted loss', 'loss', 'sparsity', 'parameters', 'nonzero', 'MACs', 'nonzero MACs'],
      'gzip',
    ]
      .map((heading) => ({ heading, right }))
      .concat({ heading: '', right: false }),
    points.map((point, i) => [
      ...[String(i + 1), percent(point.accuracy), point.predictedLoss.toFixed(4), point.loss.toFixed(4)],
      ...[percent(point.sparsity), count(point.params), count(point.nonzero)],
      ...[point.macs, point.nonzeroMacs].map((macs) => (macs === null ? '?' : count(macs))),
      bytes(point.gzipBytes),
      i === chosen ? 'chosen' : '',
    ]),
  );
  return `${plans}\naccuracy and loss on ${count(samples)} validation images; as it was: ${percent(baseline.accuracy)}, loss ${baseline.loss.toFixed(4)}, ${bytes(baseline.gzipBytes)} gzip`;
}

export const target: Outcome = { document: (result) => result, text: targetText };
