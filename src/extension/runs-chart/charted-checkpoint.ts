import path from 'node:path';
import { metricsOr } from '../../protocol/metric';
import type { Inspection } from '../../protocol/model';
import type { ChartedModel } from '../../protocol/runs-page';
import { Split } from '../../protocol/dataset';
import { modelLabel } from '../../disk/paths';

/** The figures of any checkpoint; its metrics are those that Secateur wrote into it, if it did. */
export function chartedCheckpoint(
  { path: file, totals, provenance }: Inspection,
  nameOf: (file: string) => string,
): ChartedModel {
  const last = provenance?.accuracies.at(-1);
  const metrics = last && (metricsOr(last.metric ? [last.metric] : undefined, last.accuracy) ?? null);
  const own = path.basename(file) === 'model.json' ? path.dirname(file) : file;
  return {
    ...{ path: file, name: nameOf(own) || modelLabel(file), totals },
    metrics: metrics ?? null,
    split: Split.safeParse(last?.split).data ?? 'test',
    sampleData: last?.sampleData ?? false,
  };
}
