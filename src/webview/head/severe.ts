import { lossOf, METRICS, type MetricValue } from '../../protocol/metric';

/** The loss from which a person is warned: of a share of examples, and of another metric as a part of its value. */
const [SHARE, PART] = [0.02, 0.1];

/** True if a metric becomes much worse: by two points where it is a share, or else by a tenth of what it was. */
export function isSevere(before: MetricValue, after: MetricValue): boolean {
  const lost = lossOf(before.name, after.value, before.value);
  return lost >= (METRICS[before.name].isShare ? SHARE : PART * Math.abs(before.value)) && lost > 0;
}
