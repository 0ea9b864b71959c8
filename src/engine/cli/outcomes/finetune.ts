import { onnxWords } from '../../../protocol/onnx';
import type { RunResult } from '../../../protocol/run';
import { visible } from '../../../protocol/visible';
import { totalLines } from '../commands/inspect';
import { keptLines, measuringNotes } from '../runs';
import { metricLine } from './metric-line';
import { layersTable, prunedLayers } from './layers';
import type { Outcome } from './outcome';
import { adviceLines } from './totals';
import { epochsTable } from './train';

function finetuneDocument(result: RunResult) {
  const { out, before, after, metrics, accuracy, sampleData, normalization } = result;
  const { epochs, best } = tuned(result);
  const layers = prunedLayers(result);
  return { out, epochs, best, layers, totals: { before, after }, metrics, accuracy, sampleData, normalization };
}

function finetuneText(result: RunResult): string {
  const { epochs, best } = tuned(result);
  const layers = prunedLayers(result);
  return [
    epochsTable(epochs, best),
    '',
    ...(layers.length > 0 ? [layersTable(layers), ''] : []),
    ...totalLines(result.after),
    ...adviceLines(result),
    metricLine(result),
    ...(result.onnx ? onnxWords(result.onnx) : []),
    ...keptLines(result),
    ...measuringNotes(result.sampleData, result.normalization),
    `Written to ${visible(result.out)}`,
  ].join('\n');
}

function tuned({ steps }: RunResult) {
  const step = steps.find((candidate) => candidate.step === 'finetune');
  if (!step) throw new Error('the run did not fine-tune');
  return step;
}

export const finetune: Outcome = { document: finetuneDocument, text: finetuneText };
