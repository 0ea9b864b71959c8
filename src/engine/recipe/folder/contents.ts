import { createHash } from 'node:crypto';
import { UserError } from '../../../protocol/errors';
import { PARETO_FILE, PLANS_FOLDER } from '../../../protocol/pareto';
import { Recipe } from '../../../protocol/recipe';
import type { StoredHashes } from '../../../protocol/run';
import { COMPANION_MAX_BYTES } from '../../checkpoint/companions';
import { removeUnnamed } from '../../checkpoint/leftovers';
import { shardsIn } from '../../checkpoint/manifest-scan';
import { hashInName } from '../../checkpoint/shard-names';
import type { OutputFolder } from '../../folder/output-folder';
import { sweep } from '../../folder/sweep';
import { hashRecipe } from '../provenance';
import {
  CSV_FILE,
  EPOCHS_FOLDER,
  EPOCHS_NAME,
  isWrittenName,
  isStateName,
  JOURNAL_FILE,
  MARKDOWN_FILE,
  RECIPE_FILE,
  RESULTS_FILE,
  SCAN_NAME,
  STATE_FOLDER,
} from './layout';
import { readStates, type RunState } from './state';
import { isWhole, modelJsonOf } from './stored';

/** The files in a run's folder that its state lists as its own. */
export type OwnFiles = RunState['own'];
/** Most bytes of a packed or an ONNX file: both are read in one piece. */
const WRITTEN_MAX_BYTES = 2 ** 31 - 1;

const NOTHING_OWN: OwnFiles = { recipe: false, companions: {}, written: {} };

/** Reads the recipe in a folder; undefined where there is none that can be read. */
export async function recipeIn(folder: OutputFolder): Promise<Recipe | undefined> {
  return Recipe.safeParse(await folder.json(RECIPE_FILE)).data;
}

/** Returns true where a run wrote a whole epoch. */
export async function hasEpochs(folder: OutputFolder): Promise<boolean> {
  return (await folder.names()).includes(EPOCHS_FOLDER);
}

/** Returns true where an unfinished run has nothing to resume: neither a whole epoch nor a point of a scan. */
export async function isWorthless(folder: OutputFolder): Promise<boolean> {
  if (await hasEpochs(folder)) return false;
  return !(await folder.names(STATE_FOLDER)).some((name) => SCAN_NAME.test(name));
}

/** Removes the state, which only an unfinished run needs. */
export const removeState = (folder: OutputFolder): Promise<void> => folder.removeFolder(STATE_FOLDER, isStateName);

/**
 * Removes everything that a failed run wrote, in a locked folder. The state goes last, because it tells which files are
 * the run's.
 */
export async function discard(folder: OutputFolder, own: OwnFiles): Promise<void> {
  await folder.removeFolder(PLANS_FOLDER, (name) => /^plan-\d+$/.test(name));
  await folder.remove(JOURNAL_FILE);
  await folder.remove(PARETO_FILE);
  await removeUnchanged(folder, { ...own.companions, ...own.written });
  if (own.recipe) await folder.remove(RECIPE_FILE);
  await removeState(folder);
}

/** Removes the results and the final checkpoint, which say that a run is finished. */
export async function removeResults(folder: OutputFolder, own: OwnFiles): Promise<void> {
  for (const name of [RESULTS_FILE, MARKDOWN_FILE, CSV_FILE]) await folder.remove(name);
  await removeCheckpoint(folder);
  await removeUnchanged(folder, { ...own.companions, ...own.written });
}

/** Removes files beside the checkpoint, where they are unchanged. @param hashes SHA-256 by name */
async function removeUnchanged(folder: OutputFolder, hashes: Readonly<Record<string, string>>): Promise<void> {
  const names = new Set(await folder.names());
  for (const [name, hash] of Object.entries(hashes)) {
    if (!names.has(name)) continue;
    const most = isWrittenName(name) ? WRITTEN_MAX_BYTES : COMPANION_MAX_BYTES;
    const bytes = await folder.read(name, most).catch((error: unknown) => {
      // Something else has taken its place.
      if (error instanceof UserError) return undefined;
      throw error;
    });
    if (bytes && sha256(bytes) === hash) await folder.remove(name);
  }
}

async function removeCheckpoint(folder: OutputFolder, hash?: string): Promise<void> {
  const text = await folder.text(modelJsonOf(''));
  if (text === undefined) return;
  await folder.remove(modelJsonOf(''));
  const hashed = (await folder.names()).filter((name) => hash?.startsWith(hashInName(name) ?? '-'));
  const plain = shardsIn(text).filter((name) => !/[\\/]/.test(name));
  await removeUnnamed(folder.real, [...plain, ...hashed]);
}

/** Removes the checkpoint of an unfinished run where it is not the one in its state. Returns true where it did. */
export async function dropStrange(folder: OutputFolder, latest: StoredHashes | undefined): Promise<boolean> {
  if (!(await folder.has(modelJsonOf(''))) || (latest && (await isWhole(folder, '', latest)))) return false;
  await removeCheckpoint(folder, latest?.weights);
  return true;
}

/**
 * Removes leftovers of killed runs from a locked folder: half-written files, and everything of a run without a whole
 * epoch.
 * @param keep true for a run that is resumed: only half-written files are removed
 */
export async function clearLeftovers(folder: OutputFolder, keep: boolean): Promise<void> {
  const below = await foldersBelow(folder);
  await sweep(folder, below);
  if (keep) return;
  const [state] = await readStates(folder);
  if (state === undefined || !(await isWorthless(folder))) return;
  const own = state === 'damaged' ? NOTHING_OWN : state.state.own;
  const recipe = await recipeIn(folder);
  const sameRecipe = state !== 'damaged' && recipe !== undefined && state.state.recipe === hashRecipe(recipe);
  await removeResults(folder, own);
  await discard(folder, { ...own, recipe: own.recipe && sameRecipe });
}

/** Lists the folders of a run in which files are written. */
async function foldersBelow(folder: OutputFolder): Promise<string[]> {
  const names = new Set(await folder.names());
  const found: string[] = [];
  const descend = async (name: string, deeper: RegExp): Promise<void> => {
    found.push(name);
    for (const entry of await folder.names(name)) if (deeper.test(entry)) await descend(`${name}/${entry}`, deeper);
  };
  if (names.has(STATE_FOLDER)) await descend(STATE_FOLDER, /^(scan|step)-\d+$/);
  if (names.has(EPOCHS_FOLDER)) await descend(EPOCHS_FOLDER, EPOCHS_NAME);
  if (names.has(PLANS_FOLDER)) await descend(PLANS_FOLDER, /^plan-\d+$/);
  return found;
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
