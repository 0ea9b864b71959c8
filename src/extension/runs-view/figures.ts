import type { RunResult } from '../../protocol/run';
import { bytes, percent } from '../../protocol/format';
import { figureWords } from '../../protocol/metric';
import { lastMetrics } from '../runs/summary';
import type { ListedRun } from './read-run';

/** A run in a few words: `90% sparse · 91.7% · 230 kB gzip`. */
export function runFigures({ state, result, done, problem }: ListedRun): string {
  if (state === 'damaged') return problem === undefined ? 'damaged' : `damaged: ${problem}`;
  if (result) return resultFigures(result);
  const where = done ? `step ${Math.min(done.steps + 1, done.of)} of ${done.of}` : '';
  const epochs = done && done.epochs > 0 ? `, ${done.epochs} epochs done` : '';
  return [state, where + epochs].filter(Boolean).join(': ');
}

function resultFigures(result: RunResult): string {
  const metrics = lastMetrics(result);
  return [
    `${percent(result.after.sparsity, 1)} sparse`,
    ...(metrics ? [`${figureWords(metrics[0])}${result.sampleData ? ' (sample)' : ''}`] : []),
    `${bytes(result.after.gzipBytes)} gzip`,
  ].join(' \u00b7 ');
}
