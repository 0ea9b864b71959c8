import * as z from 'zod';
import { Recipe } from './recipe';
import { RunResult } from './run';

/** The files of a run's folder from which `describeRun` tells what it is, relative to it. */
export const RUN_FILES = { recipe: 'recipe.json', results: 'results.json', state: 'state/state.json' } as const;

/** What lies in the folder of a run. */
export const RunSummary = z.object({
  /** `damaged`: a file of it cannot be read; what can be read is there all the same. */
  state: z.enum(['finished', 'unfinished', 'damaged']),
  /** One sentence where it is damaged. */
  problem: z.string().optional(),
  recipe: Recipe.optional(),
  /** Of a finished run. */
  result: RunResult.optional(),
  /** Steps that are done, of how many; in an unfinished run the epochs of the step in hand too. */
  done: z.object({ steps: z.number(), of: z.number(), epochs: z.number() }).optional(),
});
export type RunSummary = z.infer<typeof RunSummary>;

const StateFile = z.object({
  step: z.number().int().nonnegative(),
  training: z.object({ records: z.array(z.unknown()) }).optional(),
});

/**
 * What the files of a run's folder tell, by their texts; a file that is not there is left out. Never throws.
 * @returns undefined where there is no run in the folder
 */
export function describeRun(
  folder: string,
  texts: Partial<Record<keyof typeof RUN_FILES, string>>,
): RunSummary | undefined {
  const recipe = read(Recipe, texts.recipe);
  const results = read(RunResult, texts.results);
  const state = read(StateFile, texts.state);
  if (recipe === 'absent' && results === 'absent' && state === 'absent') return undefined;
  const broken = Object.entries({ recipe, results, state }).find(([, value]) => value === 'broken')?.[0];
  const found = {
    ...(typeof recipe === 'object' ? { recipe } : {}),
    ...(typeof results === 'object' ? { result: results } : {}),
  };
  const damaged = (problem: string): RunSummary => ({ state: 'damaged', problem, ...found });
  if (broken === 'recipe' || broken === 'results' || broken === 'state')
    return damaged(
      `The run in ${folder} is damaged, because ${RUN_FILES[broken]} cannot be read: put that file back, or run its recipe again in another folder.`,
    );
  const of = typeof recipe === 'object' ? recipe.steps.length : 0;
  if (typeof results === 'object')
    return {
      state: 'finished',
      ...found,
      done: { steps: results.steps.length, of: Math.max(of, results.steps.length), epochs: 0 },
    };
  if (typeof recipe !== 'object')
    return damaged(
      `The run in ${folder} is damaged, because ${RUN_FILES.recipe} is missing: run its recipe again in another folder.`,
    );
  if (typeof state !== 'object') return undefined;
  return {
    state: 'unfinished',
    ...found,
    done: { steps: state.step, of, epochs: state.training?.records.length ?? 0 },
  };
}

function read<T>(schema: z.ZodType<T>, text: string | undefined): T | 'absent' | 'broken' {
  if (text === undefined) return 'absent';
  try {
    const parsed = schema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : 'broken';
  } catch {
    return 'broken';
  }
}
