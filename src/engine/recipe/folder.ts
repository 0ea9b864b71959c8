import { createHash } from 'node:crypto';
import { changesModel } from '../../protocol/steps';
import { UserError } from '../../protocol/errors';
import { backendWords } from '../../protocol/model';
import { PARETO_FILE, PLANS_FOLDER } from '../../protocol/pareto';
import { Recipe } from '../../protocol/recipe';
import { RunResult, type StoredHashes } from '../../protocol/run';
import { COMPANION_MAX_BYTES } from '../checkpoint/companions';
import { removeUnnamed } from '../checkpoint/leftovers';
import { shardsIn } from '../checkpoint/manifest-scan';
import { hashInName } from '../checkpoint/shard-names';
import type { RunFolder } from '../folder/run-folder';
import { sweep } from '../folder/sweep';
import { JOURNAL_FILE } from './journal';
import { MOMENTS_FILE } from './moments';
import { referencedHashes } from './referenced-checkpoints';
import { hashRecipe, relocated } from './provenance';
import { EPOCHS_FOLDER, STATE_FOLDER } from './folder-layout';
import { resultsCsv, resultsMarkdown, type Report } from './report';
import { wholeState, type Resumable } from './resume';
import { readStates, type RunState } from './state';
import { isWhole, modelJsonOf } from './stored';
import type { Prepared, RunEnvironment, RunRequest } from './types';

/** The files of a run that its state tells to be its own. */
export type OwnFiles = RunState['own'];
const NOTHING_OWN: OwnFiles = { recipe: false, companions: {} };

const RECIPE_FILE = 'recipe.json';
const RESULTS_FILE = 'results.json';
const CSV_FILE = 'results.csv';
const MARKDOWN_FILE = 'results.md';

/** What a run finds in its folder: nothing, a run of the same recipe that is not done, or one that is. */
export type Standing = { kind: 'new' } | ({ kind: 'unfinished' } & Resumable) | { kind: 'finished'; result: RunResult };

/**
 * What lies in the folder of a run to be.
 * @throws UserError where the run must not touch it: it holds a checkpoint, another run, one to be resumed only on demand,
 * or a link in the place of a file that the run would write
 */
export async function examine(
  folder: RunFolder,
  { resume }: Pick<RunRequest, 'resume'>,
  { recipe, recipeHash, parent, referenced }: Pick<Prepared, 'recipe' | 'parent' | 'referenced' | 'recipeHash'>,
  backend: RunEnvironment['backend'],
): Promise<Standing> {
  const out = folder.given;
  await folder.refuseLinks(OWN_NAMES);
  const names = new Set(await folder.names());
  const begun = names.has(STATE_FOLDER) ? await readStates(folder) : [];
  const worthless = begun.length > 0 && (await isWorthless(folder));
  if (begun.length > 0 && !(worthless && (!resume || begun.every((read) => read === 'damaged')))) {
    if (!resume)
      throw new UserError(`The folder ${out} holds an unfinished run: resume it (--resume) or choose another folder.`);
    const last = begun.find((read) => read !== 'damaged')?.state;
    if (last) checkSame(out, last, { recipeHash, parent, referenced }, backend);
    const whole = await wholeState(folder, recipe);
    if (whole) return { kind: 'unfinished', ...whole };
  }
  const results = names.has(RESULTS_FILE) ? await folder.json(RESULTS_FILE) : undefined;
  const finished = RunResult.safeParse(results);
  const hasOutcome = names.has(modelJsonOf('')) || (finished.success && !recipe.steps.some(changesModel));
  if (resume && finished.success && hasOutcome) {
    if ((await recipeHashIn(folder)) !== recipeHash) throw otherRun(out);
    const { written } = finished.data;
    if (written && !(await isWhole(folder, '', written)))
      throw new UserError(
        `The run in ${out} was finished, but its checkpoint is no longer the one that it wrote: run the recipe again in another folder.`,
      );
    return { kind: 'finished', result: finished.data };
  }
  if (names.has(modelJsonOf('')) && !worthless)
    throw new UserError(
      `The folder ${out} already holds a checkpoint, which is never overwritten: choose another folder.`,
    );
  if (hasOutcome && !worthless)
    throw new UserError(
      `The folder ${out} already holds the results of a run, which are never overwritten: choose another folder.`,
    );
  if (names.has(RECIPE_FILE) && !worthless && (await recipeHashIn(folder)) !== recipeHash) throw otherRun(out);
  return { kind: 'new' };
}

/** @throws UserError where the folder of a run is the one of the checkpoint with which it begins */
export async function checkApart(folder: RunFolder, parent: Prepared['parent']): Promise<void> {
  if (parent && (await folder.isAt(parent.folder)))
    throw new UserError(
      `The folder ${folder.given} holds the checkpoint to start from, which is never overwritten: choose another folder.`,
    );
}

function checkSame(
  out: string,
  state: RunState,
  { recipeHash, parent, referenced }: Pick<Prepared, 'parent' | 'referenced' | 'recipeHash'>,
  backend: RunEnvironment['backend'],
): void {
  if (state.recipe !== recipeHash) throw otherRun(out);
  if (state.parent !== (parent?.weightsHash ?? null))
    throw new UserError(
      `The run in ${out} cannot be resumed, because its checkpoint has changed since: choose another folder.`,
    );
  if (state.named.join() !== referencedHashes(referenced).join())
    throw new UserError(
      `The run in ${out} cannot be resumed, because a checkpoint that its steps name has changed since: choose another folder.`,
    );
  checkBackend(out, state.backend, backend);
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

/** The files that a run is about to put into its folder, beside checkpoints and results: those that are not there yet. */
export async function ownFiles(
  folder: RunFolder,
  { recipeHash, start: { companions = [] } }: Pick<Prepared, 'recipeHash' | 'start'>,
): Promise<OwnFiles> {
  const there = new Set(await folder.names());
  const missing = companions.filter(({ name }) => !there.has(name));
  return {
    recipe: (await recipeHashIn(folder)) !== recipeHash,
    companions: Object.fromEntries(missing.map(({ name, bytes }) => [name, sha256(bytes)])),
  };
}

/** Writes the recipe, unless the folder has it already. */
export async function writeRecipe(
  folder: RunFolder,
  { baseFolder }: Pick<RunRequest, 'baseFolder'>,
  { recipe, recipeHash }: Prepared,
): Promise<void> {
  if ((await recipeHashIn(folder)) === recipeHash) return;
  await folder.write(RECIPE_FILE, `${JSON.stringify(relocated(recipe, baseFolder, folder.given), null, 2)}\n`);
}

/** Whether a run got as far as a whole epoch. */
export async function hasEpochs(folder: RunFolder): Promise<boolean> {
  return (await folder.names()).includes(EPOCHS_FOLDER);
}

/** Whether nothing of an unfinished run is worth going on with: neither a whole epoch nor a point of a scan. */
async function isWorthless(folder: RunFolder): Promise<boolean> {
  if (await hasEpochs(folder)) return false;
  return !(await folder.names(STATE_FOLDER)).some((name) => SCAN.test(name));
}

/** Writes what a run came to: as a table, to be read, and whole; the last one says that it is done. */
export async function writeResults(folder: RunFolder, given: Report): Promise<void> {
  const { result } = given;
  // As it stands in this folder: its paths start from there.
  const report = { ...given, recipe: (await recipeIn(folder)) ?? given.recipe };
  await folder.write(CSV_FILE, resultsCsv(result));
  await folder.write(MARKDOWN_FILE, resultsMarkdown(report));
  await folder.write(RESULTS_FILE, `${JSON.stringify(result, null, 2)}\n`);
}

const SCAN = /^scan-\d+$/;
const ofState = (name: string): boolean =>
  /^(state|previous)\.json$/.test(name) || MOMENTS_FILE.test(name) || SCAN.test(name) || /^step-\d+$/.test(name);

/** All names right in a run's folder that a run may write, but for its shards. */
const OWN_NAMES: readonly string[] = [
  ...[modelJsonOf(''), RECIPE_FILE, RESULTS_FILE, CSV_FILE, MARKDOWN_FILE, JOURNAL_FILE, PARETO_FILE],
  ...[STATE_FOLDER, EPOCHS_FOLDER, PLANS_FOLDER],
];

/** Removes what only an unfinished run needs. */
export const removeState = (folder: RunFolder): Promise<void> => folder.removeFolder(STATE_FOLDER, ofState);

/**
 * Removes all that a run wrote that came to nothing; in a folder whose lock is held. The state goes last: without it nobody
 * knows what is the run's.
 */
export async function discard(folder: RunFolder, own: OwnFiles): Promise<void> {
  await folder.removeFolder(PLANS_FOLDER, (name) => /^plan-\d+$/.test(name));
  await folder.remove(JOURNAL_FILE);
  await folder.remove(PARETO_FILE);
  await removeCompanions(folder, own);
  if (own.recipe) await folder.remove(RECIPE_FILE);
  await removeState(folder);
}

/** Removes what claims that a run is done: its results, and the checkpoint to use. */
export async function removeResults(folder: RunFolder, own: OwnFiles): Promise<void> {
  for (const name of [RESULTS_FILE, MARKDOWN_FILE, CSV_FILE]) await folder.remove(name);
  await removeCheckpoint(folder);
  await removeCompanions(folder, own);
}

/** Removes the files that came along with the model, as far as they are as the run has written them. */
async function removeCompanions(folder: RunFolder, { companions }: OwnFiles): Promise<void> {
  const names = new Set(await folder.names());
  for (const [name, hash] of Object.entries(companions)) {
    if (!names.has(name)) continue;
    const bytes = await folder.read(name, COMPANION_MAX_BYTES).catch((error: unknown) => {
      // Something else has taken its place.
      if (error instanceof UserError) return undefined;
      throw error;
    });
    if (bytes && sha256(bytes) === hash) await folder.remove(name);
  }
}

async function removeCheckpoint(folder: RunFolder, hash?: string): Promise<void> {
  const text = await folder.text(modelJsonOf(''));
  if (text === undefined) return;
  await folder.remove(modelJsonOf(''));
  const hashed = (await folder.names()).filter((name) => hash?.startsWith(hashInName(name) ?? '-'));
  const plain = shardsIn(text).filter((name) => !/[\\/]/.test(name));
  await removeUnnamed(folder.real, [...plain, ...hashed]);
}

/** Removes the checkpoint of an unfinished run where it is not the one that its state tells; true where it did. */
export async function dropStrange(folder: RunFolder, latest: StoredHashes | undefined): Promise<boolean> {
  if (!(await folder.has(modelJsonOf(''))) || (latest && (await isWhole(folder, '', latest)))) return false;
  await removeCheckpoint(folder, latest?.weights);
  return true;
}

/**
 * Clears what killed runs left in a folder whose lock is held: half-written files, and of a run without a whole epoch
 * everything.
 */
export async function clearLeftovers(folder: RunFolder, standing: Standing['kind']): Promise<void> {
  const below = await foldersBelow(folder);
  await sweep(folder, below);
  if (standing !== 'new') return;
  const [state] = await readStates(folder);
  if (state === undefined || !(await isWorthless(folder))) return;
  const own = state === 'damaged' ? NOTHING_OWN : state.state.own;
  const sameRecipe = state !== 'damaged' && state.state.recipe === (await recipeHashIn(folder));
  await removeResults(folder, own);
  await discard(folder, { ...own, recipe: own.recipe && sameRecipe });
}

/** The folders of a run in which files are written. */
async function foldersBelow(folder: RunFolder): Promise<string[]> {
  const names = new Set(await folder.names());
  const found: string[] = [];
  const descend = async (name: string, deeper: RegExp): Promise<void> => {
    found.push(name);
    for (const entry of await folder.names(name)) if (deeper.test(entry)) await descend(`${name}/${entry}`, deeper);
  };
  if (names.has(STATE_FOLDER)) await descend(STATE_FOLDER, /^(scan|step)-\d+$/);
  if (names.has(EPOCHS_FOLDER)) await descend(EPOCHS_FOLDER, /^(epoch|step)-\d+$/);
  if (names.has(PLANS_FOLDER)) await descend(PLANS_FOLDER, /^plan-\d+$/);
  return found;
}

/** The hash of the recipe that lies in a folder; undefined where there is none that can be read. */
async function recipeHashIn(folder: RunFolder): Promise<string | undefined> {
  const recipe = await recipeIn(folder);
  return recipe && hashRecipe(recipe);
}

async function recipeIn(folder: RunFolder): Promise<Recipe | undefined> {
  return Recipe.safeParse(await folder.json(RECIPE_FILE)).data;
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

const otherRun = (out: string): UserError =>
  new UserError(`The folder ${out} holds a run of another recipe: choose another folder.`);
