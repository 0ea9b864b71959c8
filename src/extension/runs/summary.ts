import { t } from '../../protocol/l10n';
import { lastMetrics } from '../../protocol/last-metrics';
import { mainMetric, mainText, splitMetric } from '../../protocol/metric';
import type { RunResult } from '../../protocol/run';
import { percent } from '../../protocol/format';
import { sizeWords } from '../../protocol/model';

/** The result of a finished run in one sentence. It says if a figure was measured on the shipped sample. */
export function runSummary(title: string, result: RunResult): string {
  const { before, after, metrics, sampleData } = result;
  const parts: string[] = [];
  const last = lastMetrics(result);
  if (last !== null) {
    const from = metrics.before === null ? '' : `${mainText(metrics.before)} → `;
    const measured = `${splitMetric(metrics.split ?? 'test', mainMetric(last))} ${from}${mainText(last)}`;
    parts.push(sampleData ? t('{0} (on sample data)', measured) : measured);
  }
  if (after.sparsity > 0) parts.push(t('sparsity {0}', percent(after.sparsity, 1)));
  const gzip = [before, after].flatMap((totals) => (totals ? [sizeWords(totals, 'gzipBytes')] : [])).join(' → ');
  parts.push(t('{0} gzipped', gzip));
  return t('{0} is done: {1}.', title, parts.join(t(', ')));
}
