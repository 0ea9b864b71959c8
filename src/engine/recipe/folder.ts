import { readdir, readFile, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { UserError } from '../../protocol/errors';
import { PARETO_FILE, PLANS_FOLDER } from '../../protocol/pareto';
import { backendWords } from '../../protocol/model';
import { Recipe } from '../../protocol/recipe';
import { RunResult } from '../../protocol/run';
import { errorCode, writeFailure } from '../checkpoint/failures';
import { makeFolders } from '../checkpoint/folders';
import { JOURNAL_FILE } from './journal';
import { namedHashes } from './named';
import { hashRecipe, relocated } from './origin';
import { resultsCsv, resultsMarkdown, type Report } from './report';
import { readState, STATE_FOLDER, type RunState } from './state';
import type { TrainState } from '../train/loop';
import type { Prepared, RunEnvironment, RunRequest } from './types';

const RECIPE_FILE = 'recipe.json';
const RESULTS_FILE = 'results.json';
/** Checkpoints of each epoch, in a run's folder. */
export const EPOCHS_FOLDER = 'epochs';

/** What a run finds in its folder: nothing, a run of the same recipe that is not done, or one that is. */
export type Standing =
  | { kind: 'new' }
  | { kind: 'unfinished'; state: RunState; training?: TrainState }
  | { kind: 'finished'; result: RunResult };

/**
 * What lies in the folder of a run to be.
 * Throws UserError where the run must not touch it: it holds a checkpoint, another run, or one to be resumed only on demand.
 */
export async function examine(
  { out, resume }: RunRequest,
  { parent, named, recipeHash }: Pick<Prepared, 'parent' | 'named' | 'recipeHash'>,
  backend: RunEnvironment['backend'],
): Promise<Standing> {
  if (parent && path.resolve(parent.folder) === path.resolve(out))
    throw new UserError(
      `The folder ${out} holds the checkpoint to start from, which is never overwritten: choose another folder.`,
    );
  const names = await namesIn(out);
  const unfinished = await readState(out);
  if (unfinished) {
    if (!resume)
      throw new UserError(`The folder ${out} holds an unfinished run: resume it (--resume) or choose another folder.`);
    if (unfinished.state.recipe !== recipeHash) throw otherRun(out);
    if (unfinished.state.parent !== (parent?.weightsHash ?? null))
      throw new UserError(
        `The run in ${out} cannot be resumed, because its checkpoint has changed since: choose another folder.`,
      );
    if (unfinished.state.named.join() !== namedHashes(named).join())
      throw new UserError(
        `The run in ${out} cannot be resumed, because a checkpoint that its steps name has changed since: choose another folder.`,
      );
    checkBackend(out, unfinished.state.backend, backend);
    return { kind: 'unfinished', ...unfinished };
  }
  const results = names.has(RESULTS_FILE) ? await readJson(path.join(out, RESULTS_FILE)) : undefined;
  const finished = RunResult.safeParse(results);
  if (resume && finished.success && names.has('model.json')) {
    if ((await recipeHashIn(out)) !== recipeHash) throw otherRun(out);
    return { kind: 'finished', result: finished.data };
  }
  if (names.has('model.json'))
    throw new UserError(
      `The folder ${out} already holds a checkpoint, which is never overwritten: choose another folder.`,
    );
  if (names.has(RECIPE_FILE) && (await recipeHashIn(out)) !== recipeHash) throw otherRun(out);
  return { kind: 'new' };
}

/**
 * A run is all of one backend and thread count: its checkpoint names them, and whoever repeats it with them is promised
 * the same bytes. Throws UserError.
 */
function checkBackend(out: string, begun: RunEnvironment['backend'], now: RunEnvironment['backend']): void {
  const [before, after] = [backendWords(begun), backendWords(now)];
  if (before === after) return;
  throw new UserError(
    `The run in ${out} was begun with ${before} and cannot be resumed with ${after}, because the sums differ in their last bits: choose that backend and number of threads again, or another folder.`,
  );
}

/** Makes the folder of a run, and answers with the topmost folder that had to be made. Throws UserError where it cannot. */
export async function makeFolder(out: string): Promise<string | undefined> {
  try {
    return await makeFolders(out);
  } catch (error) {
    throw writeFailure(out, error);
  }
}

/** Writes the recipe, unless the folder has it already; true where it did. */
export async function writeRecipe({ out, baseFolder }: RunRequest, { recipe, recipeHash }: Prepared): Promise<boolean> {
  if ((await recipeHashIn(out)) === recipeHash) return false;
  await writeFileAtomic(
    path.join(out, RECIPE_FILE),
    `${JSON.stringify(relocated(recipe, baseFolder, out), null, 2)}\n`,
  );
  return true;
}

/** Whether a run got as far as a whole epoch. */
export async function hasEpochs(out: string): Promise<boolean> {
  return (await namesIn(out)).has(EPOCHS_FOLDER);
}

/** Writes what a run came to: as a table, to be read, and whole; the last one says that it is done. */
export async function writeResults(out: string, given: Report): Promise<void> {
  const { result } = given;
  // As it stands in this folder: its paths start from there.
  const report = { ...given, recipe: (await recipeIn(out)) ?? given.recipe };
  await writeFileAtomic(path.join(out, 'results.csv'), resultsCsv(result));
  await writeFileAtomic(path.join(out, 'results.md'), resultsMarkdown(report));
  await writeFileAtomic(path.join(out, RESULTS_FILE), `${JSON.stringify(result, null, 2)}\n`);
}

/** Removes what only an unfinished run needs. */
export async function removeState(out: string): Promise<void> {
  await rm(path.join(out, STATE_FOLDER), { recursive: true, force: true });
}

/** Removes all that a run wrote that came to nothing, and the folder where nothing else is in it. */
export async function discard(out: string, madeRecipe: boolean): Promise<void> {
  await removeState(out);
  await rm(path.join(out, EPOCHS_FOLDER), { recursive: true, force: true });
  await rm(path.join(out, PLANS_FOLDER), { recursive: true, force: true });
  await rm(path.join(out, JOURNAL_FILE), { force: true });
  await rm(path.join(out, PARETO_FILE), { force: true });
  if (madeRecipe) await rm(path.join(out, RECIPE_FILE), { force: true });
}

async function namesIn(out: string): Promise<Set<string>> {
  try {
    if (!(await stat(out)).isDirectory())
      throw new UserError(`"${out}" is not a folder: choose another target folder.`);
    return new Set(await readdir(out));
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return new Set();
    throw writeFailure(out, error);
  }
}

/** The hash of the recipe that lies in a folder; undefined where there is none that can be read. */
async function recipeHashIn(out: string): Promise<string | undefined> {
  const recipe = await recipeIn(out);
  return recipe && hashRecipe(recipe);
}

async function recipeIn(out: string): Promise<Recipe | undefined> {
  return Recipe.safeParse(await readJson(path.join(out, RECIPE_FILE))).data;
}

async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch {
    return undefined;
  }
}

const otherRun = (out: string): UserError =>
  new UserError(`The folder ${out} holds a run of another recipe: choose another folder.`);
