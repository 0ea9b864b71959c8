import type { Advice } from '../../protocol/advice';
import { bytes, milliseconds, plural } from '../../protocol/format';
import { t, translated } from '../../protocol/l10n';
import { mainMetric, mainText } from '../../protocol/metric';
import { Tag } from '../ui/tag';

/** The figures of the model as it is, with which those of recipes are compared. */
export function MetricNote({ advice: { now, samples, dataset, seconds } }: { advice: Advice }) {
  const words = [
    t('now {0} packed', bytes(now.packedBytes)),
    ...(now.latency ? [t('{0} ms', milliseconds(now.latency.median))] : []),
    now.metrics
      ? t(
          '{0} {1} on {2}',
          translated(mainMetric(now.metrics).words),
          mainText(now.metrics, 1),
          plural(samples, 'validation example'),
        )
      : t('nothing measured on examples'),
  ];
  return (
    <span class="row small" data-value={seconds}>
      <span class="figures quiet">{words.join(' \u00b7 ')}</span>
      {dataset?.sample && <Tag>{t('sample')}</Tag>}
    </span>
  );
}
