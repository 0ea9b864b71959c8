import path from 'node:path';
import { metricsOr } from '../../protocol/metric';
import type { Inspection } from '../../protocol/model';
import type { ChartedModel } from '../../protocol/runs-page';
import { Split } from '../../protocol/dataset';
import type { ListedRun } from '../../disk/read-run';
import { lastMetrics } from '../../protocol/last-metrics';
import { modelLabel } from '../runs/folder-name';

/** The figures of a finished run with a checkpoint; undefined for others. @param nameOf a path as the workspace names it */
export function chartedRun(
  { model, result, folder }: ListedRun,
  nameOf: (file: string) => string,
): ChartedModel | undefined {
  if (model === undefined || !result) return undefined;
  return {
    ...{ path: model, name: nameOf(folder), totals: result.after },
    metrics: lastMetrics(result),
    split: result.metrics.split ?? 'test',
    sampleData: result.sampleData,
  };
}

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
