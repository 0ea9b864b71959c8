import { changesModel, trains } from '../../protocol/steps';
import { CancelledError } from '../../protocol/errors';
import { writeFailure } from '../checkpoint/failures';
import { removeEmptyFolders } from '../checkpoint/folders';
import { lockFolder } from '../folder/lock';
import { RunFolder } from '../folder/run-folder';
import type { TrainState } from '../train/loop';
import { finish, finishedBefore } from './finish';
import * as contents from './folder';
import { Journal } from './journal';
import { referencedHashes, readReferencedCheckpoints } from './referenced-checkpoints';
import { notesBefore } from './notes';
import { validateRecipe } from './validation';
import { hashRecipe } from './provenance';
import { startFolder } from './folder-layout';
import { prepare, readParent } from './prepare';
import { restoreState, writeState, type RunState } from './state';
import { kindOf } from './steps/kinds';
import type { Listener, Prepared, RunEnvironment, RunRequest } from './types';
import { isLastChange, keep, readBack, stamped, type RunContext } from './run-context';
import type { RunResult } from '../../protocol/run';

/**
 * Runs a recipe in a folder of its own, which then holds `model.json` with its shards, `recipe.json`, `journal.jsonl`,
 * `results.json`, `.csv` and `.md`, and a checkpoint for each epoch; no `model.json` where no step changes the model. All
 * that can be wrong is said before anything is written; a run that ends early leaves either whole epochs and the state to
 * resume it, or nothing.
 * @throws UserError, CancelledError
 */
export async function runRecipe(
  request: RunRequest,
  environment: RunEnvironment,
  listener: Listener,
): Promise<RunResult> {
  const { recipe } = request;
  validateRecipe(recipe);
  const recipeHash = hashRecipe(recipe);
  const parent = await readParent(request);
  const referenced = await readReferencedCheckpoints(recipe, request.baseFolder);
  const read = { recipe, parent, referenced, recipeHash };
  const folder = await RunFolder.locate(request.out);
  await contents.checkApart(folder, parent);
  const standing = await contents.examine(folder, request, read, environment.backend);
  if (standing.kind === 'finished') return finishedBefore(folder, read, standing.result, listener);
  const decided = standing.kind === 'unfinished' ? standing.state.normalization : undefined;
  const prepared = await prepare(request, read, environment, listener, decided);
  if (listener.signal.aborted) throw new CancelledError();
  const made = await folder.make(async (staged) =>
    writeState(staged, freshState(prepared, environment, await contents.ownFiles(staged, prepared))),
  );
  // What was made a moment ago is nothing to resume.
  const anew = { ...request, resume: request.resume && made === undefined };
  try {
    return await runLocked(folder, anew, prepared, environment, listener);
  } catch (error) {
    throw writeFailure(folder.given, error);
  } finally {
    if (made !== undefined) await removeEmptyFolders(folder.real, made);
  }
}

async function runLocked(
  folder: RunFolder,
  request: RunRequest,
  prepared: Prepared,
  environment: RunEnvironment,
  listener: Listener,
): Promise<RunResult> {
  const lock = await lockFolder(folder);
  try {
    // Another run may have worked here since the first look.
    const standing = await contents.examine(folder, request, prepared, environment.backend);
    if (standing.kind === 'finished') return finishedBefore(folder, prepared, standing.result, listener);
    await contents.clearLeftovers(folder, standing.kind);
    return await runJournalled(folder, request, prepared, environment, listener, standing);
  } finally {
    await lock.release();
  }
}

async function runJournalled(
  folder: RunFolder,
  request: RunRequest,
  prepared: Prepared,
  environment: RunEnvironment,
  listener: Listener,
  standing: Exclude<contents.Standing, { kind: 'finished' }>,
): Promise<RunResult> {
  const resumed = standing.kind === 'unfinished';
  const state = resumed ? standing.state : freshState(prepared, environment, await contents.ownFiles(folder, prepared));
  const training = resumed ? standing.training : undefined;
  const journal = await Journal.open(folder);
  try {
    // The state is there before all that it calls the run's own.
    if (!resumed) await writeState(folder, state);
    await contents.writeRecipe(folder, request, prepared);
    const { version, backend } = environment;
    journal.write({ kind: 'start', version, backend, resumed });
    const heard = journal.listening(listener);
    for (const text of resumed ? standing.notes : []) heard.report({ kind: 'message', text });
    const context: RunContext = { prepared, environment, listener: heard, folder, state, model: prepared.start };
    if (resumed && (await contents.dropStrange(folder, state.latest)))
      heard.report({
        kind: 'message',
        text: `The checkpoint in ${folder.given} is not that of the last whole epoch, so it is written again.`,
      });
    if (state.start !== null) context.model = await readBack(context, state.start);
    if (resumed && standing.earlier) await restoreState(folder, standing);
    for (const text of notesBefore(prepared)) heard.report({ kind: 'message', text });
    await runSteps(context, training);
    const result = await finish(context, journal);
    journal.write({ kind: 'end', outcome: 'done' });
    await journal.flush();
    return result;
  } catch (error) {
    const outcome = error instanceof CancelledError ? 'cancelled' : 'failed';
    journal.write({ kind: 'end', outcome, message: error instanceof Error ? error.message : String(error) });
    await journal.flush().catch(() => undefined);
    if (!(await contents.hasEpochs(folder))) await contents.discard(folder, state.own);
    throw error;
  }
}

async function runSteps(context: RunContext, training: TrainState | undefined): Promise<void> {
  const { prepared, state, listener, folder } = context;
  const { steps } = prepared.recipe;
  let resume = training;
  while (state.step < steps.length) {
    const step = steps[state.step]!;
    listener.report({ kind: 'step', index: state.step, steps: steps.length, step: step.step });
    if (listener.signal.aborted) throw new CancelledError();
    const result = await kindOf(step).run(context, step, resume);
    resume = undefined;
    listener.report({ kind: 'result', index: state.step, result });
    if (changesModel(step) && !trains(step) && !isLastChange(context)) {
      state.start = startFolder(state.step + 1);
      await keep(context, state.start, stamped(context, context.model, state.accuracies));
    }
    state.results.push(result);
    state.step++;
    delete state.training;
    if (state.step < steps.length) await writeState(folder, state);
  }
}

const freshState = (
  { recipeHash, parent, referenced, data }: Prepared,
  { backend }: RunEnvironment,
  own: contents.OwnFiles,
): RunState => ({
  recipe: recipeHash,
  parent: parent?.weightsHash ?? null,
  named: referencedHashes(referenced),
  backend,
  ...(data ? { normalization: data.normalization } : {}),
  own,
  step: 0,
  start: null,
  checkpoints: {},
  results: [],
  accuracies: [],
  before: null,
  afterPrune: null,
  afterFineTune: null,
});
