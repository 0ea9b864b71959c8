import path from 'node:path';
import { onnxWords } from '../../../protocol/onnx';
import type { RunResult } from '../../../protocol/run';
import { outcome } from '../../../protocol/steps';
import { visible } from '../../../protocol/visible';
import { totalLines } from '../commands/inspect';
import { keptLines, measuringNotes } from '../runs';
import { table } from '../table';
import type { Outcome } from './outcome';
import { adviceLines } from './totals';

function runText(result: RunResult): string {
  const steps = table(
    [{ heading: 'step' }, { heading: '' }, { heading: 'came to' }],
    result.steps.map((step, index) => [String(index + 1), step.step, outcome(step)]),
  );
  return [
    steps,
    '',
    ...totalLines(result.after),
    ...adviceLines(result),
    ...(result.onnx ? onnxWords(result.onnx) : []),
    ...keptLines(result),
    ...measuringNotes(result.sampleData, result.normalization),
    path.dirname(result.out) === result.folder
      ? `Written to ${visible(result.out)}`
      : `The model was left as it is; results are in ${visible(result.folder)}`,
  ].join('\n');
}

/** Formats any run: the result of each step, and the totals. */
export const run: Outcome = { document: (result) => result, text: runText };
