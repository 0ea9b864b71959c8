import { runCurve } from '../../disk/run-details';
import { startModel } from '../../disk/run-row';
import type { ListedRun } from '../../disk/read-run';
import { lastMetrics } from '../../protocol/last-metrics';
import type { Inspection } from '../../protocol/model';
import type { RecordedResults } from '../../protocol/recorded-results';

/** The results of the run that wrote a checkpoint; undefined if there are none, or if the weights are no longer those that were measured. */
export function recordedResults(
  { folder, recipe, result }: ListedRun,
  { weightsHash, provenance }: Pick<Inspection, 'weightsHash' | 'provenance'>,
): RecordedResults | undefined {
  if (result?.written?.weights !== weightsHash) return undefined;
  const { finished, metrics, sampleData, steps } = result;
  const split = metrics.split ?? 'test';
  return {
    ...{ finished: finished ?? null, metrics: lastMetrics(result), split, sampleData },
    samples: provenance?.accuracies.findLast((one) => one.split === split)?.samples ?? null,
    curve: runCurve(steps),
    parent: startModel(folder, recipe),
  };
}
