import { changesModel } from '../../../protocol/steps';
import { UserError } from '../../../protocol/errors';
import { backendWords } from '../../../protocol/model';
import type { Recipe } from '../../../protocol/recipe';
import { ONNX_FILE } from '../../../protocol/onnx';
import { RunResult } from '../../../protocol/run';
import type { OutputFolder } from '../../folder/output-folder';
import { activationGrids } from '../../model/activation-grids';
import { hashRecipe } from '../provenance';
import { referencedHashes } from '../referenced';
import type { Prepared, RunEnvironment } from '../types';
import { isWorthless } from './contents';
import { OWN_NAMES, RECIPE_FILE, RESULTS_FILE, STATE_FOLDER } from './layout';
import { wholeState, type Resumable } from './resume';
import { readStates, type RunState } from './state';
import { isWhole, modelJsonOf } from './stored';

/** The state of a run's folder: empty of runs, with an unfinished run of the same recipe, or with a finished one. */
export type Standing = { kind: 'new' } | ({ kind: 'unfinished' } & Resumable) | { kind: 'finished'; result: RunResult };

/** The run that asks for the folder. */
export interface Asking extends Pick<Prepared, 'recipe' | 'recipeHash' | 'parent' | 'referenced'> {
  readonly resume: boolean;
  readonly backend: RunEnvironment['backend'];
}

/**
 * Examines the folder of a run.
 * @param there the recipe that lies in it
 * @throws UserError where the run must not touch it: it holds a checkpoint, another run, one to be resumed only on demand,
 * or a link in the place of a file that the run would write
 */
export async function examine(folder: OutputFolder, asking: Asking, there: Recipe | undefined): Promise<Standing> {
  const { resume, recipe, recipeHash } = asking;
  const out = folder.given;
  await folder.refuseLinks(OWN_NAMES);
  const names = new Set(await folder.names());
  const sameRecipe = there !== undefined && hashRecipe(there) === recipeHash;
  const begun = names.has(STATE_FOLDER) ? await readStates(folder) : [];
  const worthless = begun.length > 0 && (await isWorthless(folder));
  if (begun.length > 0 && !(worthless && (!resume || begun.every((read) => read === 'damaged')))) {
    if (!resume)
      throw new UserError(`The folder ${out} holds an unfinished run: resume it (--resume) or choose another folder.`);
    const last = begun.find((read) => read !== 'damaged')?.state;
    if (last) checkSame(out, last, asking);
    const whole = await wholeState(folder, recipe);
    if (whole) return { kind: 'unfinished', ...whole };
  }
  const results = names.has(RESULTS_FILE) ? await folder.json(RESULTS_FILE) : undefined;
  const finished = RunResult.safeParse(results);
  const hasOutcome = names.has(modelJsonOf('')) || (finished.success && !recipe.steps.some(changesModel));
  if (resume && finished.success && hasOutcome) {
    if (!sameRecipe) throw otherRun(out);
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
  if (names.has(ONNX_FILE) && !worthless && makesOnnx(asking))
    throw new UserError(
      `The folder ${out} already holds a ${ONNX_FILE}, which is never overwritten: choose another folder.`,
    );
  if (names.has(RECIPE_FILE) && !worthless && !sameRecipe) throw otherRun(out);
  return { kind: 'new' };
}

/** Tells before a run whether it may write an ONNX file. */
const makesOnnx = ({ recipe, parent }: Asking): boolean =>
  recipe.steps.some((step) => step.step === 'quantize' && step.activations) ||
  (parent !== null && activationGrids(parent).size > 0);

/** @throws UserError where the folder is that of the checkpoint with which the run starts */
export async function checkApart(folder: OutputFolder, parent: Asking['parent']): Promise<void> {
  if (parent && (await folder.isAt(parent.folder)))
    throw new UserError(
      `The folder ${folder.given} holds the checkpoint to start from, which is never overwritten: choose another folder.`,
    );
}

function checkSame(out: string, state: RunState, { recipeHash, parent, referenced, backend }: Asking): void {
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
 * Requires the backend and thread count with which the run began: its checkpoint names them and promises the same bytes.
 * @throws UserError
 */
function checkBackend(out: string, begun: RunEnvironment['backend'], now: RunEnvironment['backend']): void {
  const [before, after] = [backendWords(begun), backendWords(now)];
  if (before === after) return;
  throw new UserError(
    `The run in ${out} was begun with ${before} and cannot be resumed with ${after}, because the sums differ in their last bits: choose that backend and number of threads again, or another folder.`,
  );
}

const otherRun = (out: string): UserError =>
  new UserError(`The folder ${out} holds a run of another recipe: choose another folder.`);
