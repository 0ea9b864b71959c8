import { t, translated } from '../../protocol/l10n';
import type { RunResult } from '../../protocol/run';
import { bytes, percent } from '../../protocol/format';
import { sizeWords } from '../../protocol/model';
import { figureWords } from '../../protocol/metric';
import { lastMetrics } from '../../protocol/last-metrics';
import { stateWords } from '../../protocol/runs-page';
import type { ListedRun } from '../../disk/read-run';

/** A run in a few words: `90% sparse · 91.7% · 230 kB gzip`. */
export function runFigures({ state, result, done, problem }: ListedRun): string {
  const words = stateWords(state);
  if (state === 'damaged') return problem === undefined ? words : t('{0}: {1}', words, translated(problem));
  if (result) return resultFigures(result);
  if (!done) return words;
  const where = t('step {0} of {1}', Math.min(done.steps + 1, done.of), done.of);
  return t('{0}: {1}', words, done.epochs > 0 ? t('{0}, {1} epochs done', where, done.epochs) : where);
}

/** The sizes of the outcome of a run: `files 1.84 MB, gzip 230 kB, packed 101 kB, weights ideally 96.4 kB`. */
export function runSizes({ result }: Pick<ListedRun, 'result'>): string | undefined {
  if (!result) return undefined;
  const { after, sizes } = result;
  const bits = after.idealBits ?? sizes?.layers.reduce((sum, layer) => sum + layer.after.idealBits, 0);
  return [
    t('files {0}', bytes(after.bytes)),
    t('gzip {0}', sizeWords(after, 'gzipBytes')),
    ...(after.packedBytes === undefined ? [] : [t('packed {0}', sizeWords(after, 'packedBytes'))]),
    ...(bits === undefined ? [] : [t('weights ideally {0}', bytes(Math.ceil(bits / 8)))]),
  ].join(t(', '));
}

function resultFigures(result: RunResult): string {
  const metrics = lastMetrics(result);
  return [
    t('{0} sparse', percent(result.after.sparsity, 1)),
    ...(metrics ? [result.sampleData ? t('{0} (sample)', figureWords(metrics[0])) : figureWords(metrics[0])] : []),
    t('{0} gzip', sizeWords(result.after, 'gzipBytes')),
  ].join(' \u00b7 ');
}
