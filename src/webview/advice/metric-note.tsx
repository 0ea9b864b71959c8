import type { Advice } from '../../protocol/advice';
import { bytes, count, milliseconds } from '../../protocol/format';
import { mainMetric, mainText } from '../../protocol/metric';
import { Tag } from '../ui/tag';

/** The figures of the model as it is, with which those of recipes are compared. */
export function MetricNote({ advice: { now, samples, dataset, seconds } }: { advice: Advice }) {
  const words = [
    `now ${bytes(now.packedBytes)} packed`,
    ...(now.latency ? [`${milliseconds(now.latency.median)} ms`] : []),
    now.metrics
      ? `${mainMetric(now.metrics).words} ${mainText(now.metrics, 1)} on ${count(samples)} validation examples`
      : 'nothing measured on examples',
  ];
  return (
    <span class="row small" data-value={seconds}>
      <span class="figures quiet">{words.join(' \u00b7 ')}</span>
      {dataset?.sample && <Tag>sample</Tag>}
    </span>
  );
}
