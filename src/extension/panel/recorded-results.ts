import path from 'node:path';
import { runCurve } from '../../disk/run-details';
import { startModel } from '../../disk/run-row';
import { readListedRun } from '../../disk/read-run';
import { lastMetrics } from '../../protocol/last-metrics';
import type { Inspection } from '../../protocol/model';
import type { RecordedResults } from '../../protocol/recorded-results';

/** The results beside a checkpoint; undefined if there are none, or if the weights are no longer those that were measured. */
export async function recordedResults(
  model: string,
  { weightsHash, provenance }: Pick<Inspection, 'weightsHash' | 'provenance'>,
): Promise<RecordedResults | undefined> {
  const folder = path.dirname(model);
  const run = await readListedRun(folder, false);
  if (!run?.result || run.model !== model || run.result.written?.weights !== weightsHash) return undefined;
  const { finished, metrics, sampleData, steps } = run.result;
  const split = metrics.split ?? 'test';
  return {
    ...{ finished: finished ?? null, metrics: lastMetrics(run.result), split, sampleData },
    samples: provenance?.accuracies.findLast((one) => one.split === split)?.samples ?? null,
    curve: runCurve(steps),
    parent: startModel(folder, run.recipe),
  };
}
