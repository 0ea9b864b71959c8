import * as z from 'zod';
import { Recipe } from './recipe';
import { RunResult } from './run';

/** The files of a run folder that `describeRun` reads, relative to it. */
export const RUN_FILES = { recipe: 'recipe.json', results: 'results.json', state: 'state/state.json' } as const;

/** The lock file in the folder of a run, and the silence after which its holder counts as dead where nothing else tells. */
export const LOCK_FILE = '.secateur-lock';
export const LOCK_SILENCE_MS = 30_000;

/** The state of a run folder. */
export const RunSummary = z.object({
  /** `damaged`: a file cannot be read; everything that can be read is present. */
  state: z.enum(['finished', 'unfinished', 'damaged']),
  /** One sentence, if it is damaged. */
  problem: z.string().optional(),
  recipe: Recipe.optional(),
  /** The result of a finished run. */
  result: RunResult.optional(),
  /** Finished steps and their total; in an unfinished run also the epochs of the current step. */
  done: z.object({ steps: z.number(), of: z.number(), epochs: z.number() }).optional(),
});
export type RunSummary = z.infer<typeof RunSummary>;

const StateFile = z.object({
  step: z.number().int().nonnegative(),
  training: z.object({ records: z.array(z.unknown()) }).optional(),
});

/**
 * Describes a run folder from the texts of its files. A missing file has no text. Never throws.
 * @returns undefined if the folder holds no run
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
