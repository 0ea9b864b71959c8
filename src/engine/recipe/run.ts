import path from 'node:path';
import { CancelledError } from '../../protocol/errors';
import { backendWords, LayerFigures } from '../../protocol/model';
import type { RunResult } from '../../protocol/run';
import { writeFailure } from '../checkpoint/failures';
import { removeEmptyFolders } from '../checkpoint/folders';
import { readCheckpoint } from '../checkpoint/read';
import type { Checkpoint } from '../checkpoint/types';
import { writeCheckpoint } from '../checkpoint/write';
import { inspect } from '../measure/inspect';
import type { TrainState } from '../train/loop';
import { changesModel, compresses, trains } from './facts';
import * as folder from './folder';
import { Journal } from './journal';
import { lockFolder } from './lock';
import { namedHashes, readNamed } from './named';
import { checkOrder } from './order';
import { hashRecipe } from './origin';
import { prepare, readParent } from './prepare';
import { writeState, type RunState } from './state';
import { kindOf } from './steps/kinds';
import type { Listener, Prepared, RunEnvironment, RunRequest } from './types';
import { isLastChange, readBack, stamped, startFolder, type Work } from './work';

/**
 * Runs a recipe in a folder of its own, which then holds `model.json` with its shards, `recipe.json`, `journal.jsonl`,
 * `results.json`, `.csv` and `.md`, and a checkpoint for each epoch. All that can be wrong is said before anything is written; a run that
 * ends early leaves either whole epochs and the state to resume it, or nothing. Throws UserError, CancelledError.
 */
export async function runRecipe(
  request: RunRequest,
  environment: RunEnvironment,
  listener: Listener,
): Promise<RunResult> {
  checkOrder(request.recipe);
  const recipeHash = hashRecipe(request.recipe);
  const parent = await readParent(request);
  const named = await readNamed(request.recipe, request.baseFolder);
  const read = { parent, named, recipeHash };
  const standing = await folder.examine(request, read, environment.backend);
  if (standing.kind === 'finished') return finishedBefore(request, standing.result, listener);
  const prepared = await prepare(request, read, environment, listener);
  if (listener.signal.aborted) throw new CancelledError();
  const made = await folder.makeFolder(request.out);
  try {
    return await runLocked(request, prepared, environment, listener);
  } catch (error) {
    throw writeFailure(request.out, error);
  } finally {
    if (made !== undefined) await removeEmptyFolders(request.out, made);
  }
}

async function runLocked(
  request: RunRequest,
  prepared: Prepared,
  environment: RunEnvironment,
  listener: Listener,
): Promise<RunResult> {
  const lock = await lockFolder(request.out);
  try {
    // Another run may have worked here since the first look.
    const standing = await folder.examine(request, prepared, environment.backend);
    if (standing.kind === 'finished') return finishedBefore(request, standing.result, listener);
    return await runJournalled(request, prepared, environment, listener, standing);
  } finally {
    await lock.release();
  }
}

async function runJournalled(
  request: RunRequest,
  prepared: Prepared,
  environment: RunEnvironment,
  listener: Listener,
  standing: Exclude<folder.Standing, { kind: 'finished' }>,
): Promise<RunResult> {
  const { out } = request;
  const resumed = standing.kind === 'unfinished';
  const state = resumed ? standing.state : freshState(prepared, environment);
  const training = resumed ? standing.training : undefined;
  const wroteRecipe = await folder.writeRecipe(request, prepared);
  const journal = new Journal(out);
  const { version, backend } = environment;
  journal.write({ kind: 'start', version, backend, resumed });
  const work: Work = {
    prepared,
    environment,
    listener: journal.listening(listener),
    out,
    state,
    model: prepared.start,
  };
  try {
    if (state.start !== null) work.model = await readBack(work, state.start);
    if (!resumed) await writeState(out, state);
    await runSteps(work, training);
    const result = await finish(work, prepared.parent, journal);
    journal.write({ kind: 'end', outcome: 'done' });
    await journal.flush();
    return result;
  } catch (error) {
    const outcome = error instanceof CancelledError ? 'cancelled' : 'failed';
    journal.write({ kind: 'end', outcome, message: error instanceof Error ? error.message : String(error) });
    await journal.flush().catch(() => undefined);
    if (!(await folder.hasEpochs(out))) await folder.discard(out, wroteRecipe || resumed);
    throw error;
  }
}

async function runSteps(work: Work, training: TrainState | undefined): Promise<void> {
  const { prepared, state, listener, out } = work;
  const { steps } = prepared.recipe;
  let resume = training;
  while (state.step < steps.length) {
    const step = steps[state.step]!;
    listener.report({ kind: 'step', index: state.step, steps: steps.length, step: step.step });
    if (listener.signal.aborted) throw new CancelledError();
    const result = await kindOf(step).perform(work, step, resume);
    resume = undefined;
    listener.report({ kind: 'result', index: state.step, result });
    if (changesModel(step) && !trains(step) && !isLastChange(work)) {
      state.start = startFolder(state.step + 1);
      await writeCheckpoint(path.join(out, state.start), stamped(work, work.model, state.accuracies));
    }
    state.results.push(result);
    state.step++;
    delete state.training;
    if (state.step < steps.length) await writeState(out, state);
  }
}

/** Writes the checkpoint to use and what the run came to. */
async function finish(work: Work, parent: Checkpoint | null, journal: Journal): Promise<RunResult> {
  const { out, state, prepared, model, environment } = work;
  const written = await writeCheckpoint(out, stamped(work, model, state.accuracies));
  const after = await inspect(await readCheckpoint(written.path));
  const result: RunResult = {
    out: written.path,
    folder: out,
    steps: state.results,
    before: parent && (await inspect(parent)).totals,
    after: after.totals,
    accuracy: {
      before: prepared.recipe.steps.some(compresses) ? state.before : null,
      afterPrune: state.afterPrune,
      afterFineTune: state.afterFineTune,
    },
    sampleData: prepared.data?.info.sample ?? false,
    layers: after.layers.map((layer) => LayerFigures.parse(layer)),
    seconds: await journal.seconds(),
    finished: new Date().toISOString(),
  };
  const backend = backendWords(environment.backend);
  await folder.writeResults(out, { recipe: prepared.recipe, result, backend });
  await folder.removeState(out);
  return result;
}

const freshState = ({ recipeHash, parent, named }: Prepared, { backend }: RunEnvironment): RunState => ({
  recipe: recipeHash,
  parent: parent?.weightsHash ?? null,
  named: namedHashes(named),
  backend,
  step: 0,
  start: null,
  results: [],
  accuracies: [],
  before: null,
  afterPrune: null,
  afterFineTune: null,
});

function finishedBefore({ out }: RunRequest, result: RunResult, listener: Listener): RunResult {
  listener.report({ kind: 'message', text: `The run in ${out} was finished before: nothing is left to do.` });
  // The folder may have moved since.
  return { ...result, out: path.join(out, path.basename(result.out)), folder: out };
}
