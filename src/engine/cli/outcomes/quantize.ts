import { bytes, percent } from '../../../protocol/format';
import { onnxWords } from '../../../protocol/onnx';
import type { RunResult } from '../../../protocol/run';
import { storedAsFloats, type QuantizedLayer } from '../../../protocol/steps/quantize';
import { visible } from '../../../protocol/visible';
import { keptLines, measuringNotes } from '../runs';
import { table } from '../table';
import { layerDocument } from './layer-document';
import { metricLine } from './metric-line';
import type { Outcome } from './outcome';
import { totalsTable } from './totals';

function layersOf({ steps }: RunResult): readonly QuantizedLayer[] {
  const step = steps.find((candidate) => candidate.step === 'quantize');
  if (!step) throw new Error('the run did not quantize');
  return step.layers;
}

function quantizeText(result: RunResult): string {
  const right = true;
  const columns = [
    { heading: 'layer' },
    { heading: 'stored as' },
    { heading: 'error', right },
    { heading: 'output error', right },
    { heading: 'before', right },
    { heading: 'after', right },
    { heading: 'left alone because' },
  ];
  const rows = layersOf(result).map(({ name, bits = 'as before', error, outputError, bytes: size, reason = '' }) => [
    ...[visible(name), bits, error === undefined ? '' : percent(error), outputError ? percent(outputError.after) : ''],
    ...[bytes(size.before), bytes(size.after), visible(reason)],
  ]);
  return [
    ...[table(columns, rows), '', totalsTable(result), '', metricLine(result, 'quantizing')],
    ...storedAsFloats(layersOf(result)),
    ...(result.onnx ? onnxWords(result.onnx) : []),
    ...keptLines(result),
    ...measuringNotes(result.sampleData, result.normalization),
    `Written to ${visible(result.out)}`,
  ].join('\n');
}

export const quantize: Outcome = { document: (result) => layerDocument(result, layersOf(result)), text: quantizeText };
