import * as z from 'zod';
import { findRuns } from '../disk/find-runs';
import { readListedRun, type ListedRun } from '../disk/read-run';
import { count, percent, plural } from '../protocol/format';
import { lastMetrics } from '../protocol/last-metrics';
import { figureWords, MetricValues } from '../protocol/metric';
import { ModelTotals, sizeWords } from '../protocol/model';
import { visible } from '../protocol/visible';
import { defineTool } from './tool';

/** The most runs that a search finds. */
export const MOST_RUNS = 500;

const Run = z.object({
  folder: z.string(),
  state: z.enum(['running', 'finished', 'unfinished', 'damaged']),
  problem: z.string().optional().describe('One sentence, where it is damaged.'),
  checkpoint: z.string().optional().describe('The model that it began with, relative to its folder.'),
  steps: z.array(z.string()),
  model: z.string().optional().describe('The model.json of its outcome.'),
  metrics: MetricValues.nullable(),
  totals: ModelTotals.nullable(),
  sampleData: z.boolean(),
});

/** The runs below the folders. */
export const listRuns = defineTool({
  name: 'list_runs',
  title: 'List runs',
  description:
    'Lists the runs below the folders of the server, with their state, steps, metrics and sizes. Resource secateur://runs/FOLDER holds the recipe and results of one.',
  input: z.strictObject({
    folder: z.string().min(1).optional().describe('List the runs below this folder only.'),
    most: z.number().int().min(1).max(MOST_RUNS).default(50).describe('The most runs that the answer lists.'),
  }),
  output: z.object({
    runs: z.array(Run),
    leftOut: z.number().describe('Runs that were found and are left out.'),
    complete: z.boolean().describe('False where the search stopped before it had seen all folders.'),
  }),
  writes: false,
  async call({ folder, most }, { places }) {
    const roots = folder === undefined ? places.readable : [await places.existing(folder, 'The folder')];
    const found = await Promise.all(roots.map((root) => findRuns(root, MOST_RUNS)));
    const folders = [...new Set(found.flatMap((one) => one.folders))];
    const read = await Promise.all(folders.slice(0, most).map((one) => readListedRun(one, false)));
    const runs = read.filter((run) => run !== undefined).map(entryOf);
    const leftOut = Math.max(0, folders.length - most);
    return {
      data: { runs, leftOut, complete: found.every(({ complete }) => complete) },
      text: [
        runs.length === 0 ? 'There are no runs.' : `${plural(runs.length, 'run')}:`,
        ...runs.map(lineOf),
        ...(leftOut > 0 ? [`${count(leftOut)} more are left out.`] : []),
      ].join('\n'),
    };
  },
});

type Entry = z.infer<typeof Run>;

function entryOf({ folder, state, problem, recipe, result, model }: ListedRun): Entry {
  return {
    ...{ folder, state, problem, model, checkpoint: recipe?.checkpoint },
    steps: (recipe?.steps ?? []).map(({ step }) => step),
    metrics: result ? lastMetrics(result) : null,
    totals: result?.after ?? null,
    sampleData: result?.sampleData ?? false,
  };
}

function lineOf({ folder, state, problem, steps, metrics, totals }: Entry): string {
  const figures = [
    ...(metrics ? [figureWords(metrics[0])] : []),
    ...(totals ? [`${percent(totals.sparsity, 1)} sparse`, `${sizeWords(totals, 'gzipBytes')} gzip`] : []),
  ];
  return `- ${visible(folder)}: ${state}, ${steps.join(', ')}${figures.length > 0 ? `; ${figures.join(', ')}` : ''}${problem === undefined ? '' : `; ${visible(problem)}`}`;
}
