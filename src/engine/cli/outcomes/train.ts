import { UserError } from '../../../protocol/errors';
import type { EpochRecord } from '../../../protocol/epoch';
import type { RunResult } from '../../../protocol/run';
import { visible } from '../../../protocol/visible';
import { bytes, count, duration, percent } from '../../../protocol/format';
import { mainMetric, mainText, metricWords } from '../../../protocol/metric';
import { measuringNotes } from '../runs';
import { table } from '../table';
import type { Outcome } from './outcome';

function trainDocument(result: RunResult) {
  const { out, after, sampleData, normalization } = result;
  const { epochs, best } = trained(result);
  return { out, epochs, best, totals: after, sampleData, normalization };
}

function trainText(result: RunResult): string {
  const { epochs, best } = trained(result);
  return [
    epochsTable(epochs, best),
    `${count(result.after.params)} parameters, ${bytes(result.after.bytes)}`,
    ...measuringNotes(result.sampleData, result.normalization),
    `Written to ${visible(result.out)}`,
  ].join('\n');
}

/** Formats the epochs, one row each, with the best one marked. */
export function epochsTable(epochs: readonly EpochRecord[], best: EpochRecord): string {
  const sparse = epochs.some(({ sparsity }) => sparsity !== undefined);
  const right = true;
  const rows = epochs.map((record) => [
    `${record.epoch}${record.epoch === best.epoch ? ' *' : ''}`,
    record.loss.toFixed(4),
    mainText(record.training),
    mainText(record.validation),
    record.test ? mainText(record.test) : 'none',
    ...(sparse ? [record.sparsity === undefined ? '' : percent(record.sparsity)] : []),
    duration(record.seconds),
  ]);
  return [
    table(
      [
        { heading: 'epoch' },
        { heading: 'loss', right },
        { heading: 'training', right },
        { heading: 'validation', right },
        { heading: 'test', right },
        ...(sparse ? [{ heading: 'sparsity', right }] : []),
        { heading: 'time', right },
      ],
      rows,
    ),
    '',
    `* best by validation ${mainMetric(best.validation).words}: ${best.test ? `test ${metricWords(best.test[0])}` : mainText(best.validation)}`,
  ].join('\n');
}

function trained({ steps }: RunResult) {
  const step = steps.find((candidate) => candidate.step === 'train');
  if (!step) throw new UserError('The run trained nothing.');
  return step;
}

export const train: Outcome = { document: trainDocument, text: trainText };
