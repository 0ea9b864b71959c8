import { reportedAccuracy } from '../../protocol/epoch';
import type { RunResult } from '../../protocol/run';
import { bytes, percent } from '../../protocol/format';

/** The result of a finished run in one sentence. It says if a figure was measured on the shipped sample. */
export function runSummary(title: string, result: RunResult): string {
  const { before, after, accuracy, sampleData } = result;
  const parts: string[] = [];
  const last = lastAccuracy(result);
  if (last !== null) {
    const from = accuracy.before === null ? '' : `${percent(accuracy.before)} → `;
    parts.push(`${accuracy.split ?? 'test'} accuracy ${from}${percent(last)}${sampleData ? ' (on sample data)' : ''}`);
  }
  if (after.sparsity > 0) parts.push(`sparsity ${percent(after.sparsity, 1)}`);
  const gzip = before ? `${bytes(before.gzipBytes)} → ${bytes(after.gzipBytes)}` : bytes(after.gzipBytes);
  parts.push(`${gzip} gzipped`);
  return `${title} is done: ${parts.join(', ')}.`;
}

/** The accuracy at the end of a run; null if none was measured. */
export function lastAccuracy({ accuracy, steps }: RunResult): number | null {
  // Rewound weights were not measured after the rewind.
  if (steps.at(-1)?.step === 'rewind') return null;
  return accuracy.afterFineTune ?? accuracy.afterPrune ?? trainedAccuracy(steps);
}

/** The accuracy that the best epoch reports, or that of the last `evaluate` on images that are not for training. */
function trainedAccuracy(steps: RunResult['steps']): number | null {
  for (const step of [...steps].reverse()) {
    if (step.step === 'evaluate' && step.evaluation.split !== 'train') return step.evaluation.accuracy;
    if (step.step === 'train' || step.step === 'finetune') return reportedAccuracy(step.best);
  }
  return null;
}
