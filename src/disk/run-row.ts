import { existsSync } from 'node:fs';
import { plainData, type DataReference } from '../protocol/dataset';
import { lastMetrics } from '../protocol/last-metrics';
import type { Recipe } from '../protocol/recipe';
import type { ChartedModel, RunRow, StartModel } from '../protocol/runs-page';
import { NO_NOTES } from '../protocol/run-notes';
import { stepInShort } from '../protocol/steps/in-short';
import { modelLabel } from './paths';
import { startOf, type ListedRun } from './read-run';

/** The last part of the place of data. */
function dataName(data: DataReference): string {
  const plain = plainData(data);
  const source = typeof plain === 'string' ? plain : plain.source;
  return source.split(/[\\/]/).findLast((part) => part !== '') ?? source;
}

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

/** The checkpoint that a run began with; null for random weights, or where it is not known. */
export function startModel(folder: string, recipe: Recipe | undefined): StartModel | null {
  const start = startOf(folder, recipe);
  return start === undefined ? null : { name: modelLabel(start), path: existsSync(start) ? start : null };
}

/**
 * A run as a row of a table.
 * @param nameOf a path as the workspace names it
 * @param changed the last change of its files, in milliseconds since 1970, for a run that has not ended
 */
export function runRow(run: ListedRun, nameOf: (file: string) => string, changed: number): RunRow {
  const { folder, state, problem, recipe, result, notes } = run;
  return {
    ...{ folder, name: nameOf(folder), state },
    ...(problem === undefined ? {} : { problem }),
    when: result?.finished ?? new Date(changed).toISOString(),
    start: startModel(folder, recipe),
    data: recipe?.data === undefined ? null : dataName(recipe.data),
    steps: recipe?.steps.map(stepInShort) ?? [],
    seconds: result?.seconds ?? null,
    ...(notes === undefined || notes === 'broken' ? NO_NOTES : notes),
    model: chartedRun(run, nameOf) ?? null,
  };
}
