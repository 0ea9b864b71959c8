import type { RunResult } from '../../protocol/run';
import { bytes, percent } from '../../protocol/format';
import { figureWords } from '../../protocol/metric';
import { lastMetrics } from '../runs/summary';
import type { ListedRun } from '../../disk/read-run';

/** A run in a few words: `90% sparse · 91.7% · 230 kB gzip`. */
export function runFigures({ state, result, done, problem }: ListedRun): string {
  if (state === 'damaged') return problem === undefined ? 'damaged' : `damaged: ${problem}`;
  if (result) return resultFigures(result);
  const where = done ? `step ${Math.min(done.steps + 1, done.of)} of ${done.of}` : '';
  const epochs = done && done.epochs > 0 ? `, ${done.epochs} epochs done` : '';
  return [state, where + epochs].filter(Boolean).join(': ');
}

/** The sizes of the outcome of a run: `files 1.84 MB, gzip 230 kB, packed 101 kB, weights ideally 96.4 kB`. */
export function runSizes({ result }: Pick<ListedRun, 'result'>): string | undefined {
  if (!result) return undefined;
  const { after, sizes } = result;
  const bits = after.idealBits ?? sizes?.layers.reduce((sum, layer) => sum + layer.after.idealBits, 0);
  return [
    `files ${bytes(after.bytes)}`,
    `gzip ${bytes(after.gzipBytes)}`,
    ...(after.packedBytes === undefined ? [] : [`packed ${bytes(after.packedBytes)}`]),
    ...(bits === undefined ? [] : [`weights ideally ${bytes(Math.ceil(bits / 8))}`]),
  ].join(', ');
}

function resultFigures(result: RunResult): string {
  const metrics = lastMetrics(result);
  return [
    `${percent(result.after.sparsity, 1)} sparse`,
    ...(metrics ? [`${figureWords(metrics[0])}${result.sampleData ? ' (sample)' : ''}`] : []),
    `${bytes(result.after.gzipBytes)} gzip`,
  ].join(' \u00b7 ');
}
