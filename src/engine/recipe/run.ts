import { changesModel, trains } from '../../protocol/steps';
import { CancelledError } from '../../protocol/errors';
import type { StepResult } from '../../protocol/steps';
import type { RunResult } from '../../protocol/run';
import { writeFailure } from '../checkpoint/failures';
import type { ModelContent } from '../checkpoint/types';
import type { TrainState } from '../train/loop';
import { WorkClock } from './clock';
import { cleanEpochs } from './clean-epochs';
import { finish, finishedBefore } from './finish';
import { startFolder } from './folder/layout';
import { RunFolder, type FreshState } from './folder/run-folder';
import { writeState } from './folder/state';
import { keptWork } from './kept-work';
import { weightSizes } from '../measure/weight-sizes';
import { lostNote, notesBefore } from './notes';
import { dryRun, prepare, readParent } from './prepare';
import { hashRecipe } from './provenance';
import { readReferenced, referencedHashes } from './referenced';
import { isLastChange, keep, readBack, stamped, type Restrictions, type RunContext } from './run-context';
import { kindOf } from './steps/kinds';
import type { Listener, Prepared, RunEnvironment, RunRequest } from './types';
import { workSizes } from './work-sizes';
import { validateRecipe } from './validation';

/**
 * Runs a recipe in a folder of its own, which then holds `model.json` with its shards, `recipe.json`, `journal.jsonl`,
 * `results.json`, `.csv` and `.md`, and where asked for a checkpoint for each epoch; no `model.json` where no step changes the model.
 * Everything that can be refused is refused before anything is written; a run that ends early leaves either whole epochs and
 * the state to resume it, or nothing.
 * @throws UserError, CancelledError
 */
export async function runRecipe(request: RunRequest, environment: RunEnvironment, heard: Listener): Promise<RunResult> {
  const { recipe, resume } = request;
  validateRecipe(recipe);
  const clock = new WorkClock(recipe.steps);
  const listener = clock.listening(heard);
  const recipeHash = hashRecipe(recipe);
  const parent = await readParent(request);
  const referenced = await readReferenced(recipe, request.baseFolder);
  const read = { recipe, parent, referenced, recipeHash };
  const folder = await RunFolder.open(request, { ...read, resume, backend: environment.backend });
  const { standing } = folder;
  if (standing.kind === 'finished') return finishedBefore(folder.output, read, standing.result, listener);
  const decided = standing.kind === 'unfinished' ? standing.state.normalization : undefined;
  const prepared = await prepare(request, read, environment, listener, decided);
  clock.size(workSizes(prepared));
  try {
    return await runPrepared(folder, prepared, environment, listener, clock);
  } catch (error) {
    throw writeFailure(folder.given, error);
  } finally {
    await folder.close();
  }
}

async function runPrepared(
  folder: RunFolder,
  prepared: Prepared,
  environment: RunEnvironment,
  listener: Listener,
  clock: WorkClock,
): Promise<RunResult> {
  const { version, backend } = environment;
  const begun = await folder.begin(freshState(prepared, environment), prepared, { version, backend }, listener);
  if ('result' in begun) return finishedBefore(folder.output, prepared, begun.result, listener);
  const { state, training, listener: heard } = begun;
  if (begun.resumed) clock.resume(await folder.seconds());
  const { output } = folder;
  const context: RunContext = {
    ...{ prepared, environment, listener: heard, folder: output, state, model: prepared.start },
    restrictions: () => restrictionsIn(context),
  };
  try {
    if (state.start !== null) context.model = await readBack(context, state.start);
    await folder.restore();
    for (const text of notesBefore(prepared)) heard.report({ kind: 'message', text });
    await runSteps(context, training);
    const result = await finish(context, folder);
    await folder.end();
    // Last: a run that fails without an epoch is discarded.
    await cleanEpochs(output, prepared.recipe, result);
    return result;
  } catch (error) {
    await folder.fail(error, state.own);
    throw error;
  }
}

/** Repeats what steps made for training to keep, from the models with which they began. */
async function restrictionsIn(context: RunContext): Promise<Restrictions[]> {
  const { prepared, state } = context;
  const found: Restrictions[] = [];
  for (const { step: index, start } of [...state.restricted].reverse()) {
    const step = prepared.recipe.steps[index]!;
    const before = start === null ? prepared.start : await readBack(context, start);
    const made = kindOf(step).constraints?.(before, step);
    if (made) found.push(made);
  }
  return found;
}

/**
 * Adds to the result of a step that changed the model the sizes of its weights and what it left of the work of earlier ones,
 * and reports what it did not.
 */
function noted({ model, listener, state }: RunContext, before: ModelContent, told: StepResult): StepResult {
  if (model === before) return told;
  const result = { ...told, weightSizes: weightSizes(model) };
  const kept = keptWork(before, model, told);
  if (!kept) return result;
  if (kept.lost.length > 0)
    listener.report({ kind: 'message', text: lostNote({ index: state.step, name: result.step, lost: kept.lost }) });
  return { ...result, keptWork: kept };
}

async function runSteps(context: RunContext, training: TrainState | undefined): Promise<void> {
  const { prepared, state, listener, folder } = context;
  const { steps } = prepared.recipe;
  let resume = training;
  while (state.step < steps.length) {
    const step = steps[state.step]!;
    listener.report({ kind: 'step', index: state.step, steps: steps.length, step: step.step });
    if (listener.signal.aborted) throw new CancelledError();
    if (kindOf(step).constraints) state.restricted.push({ step: state.step, start: state.start });
    const before = context.model;
    const result = noted(context, before, await kindOf(step).run(context, step, resume));
    resume = undefined;
    listener.report({ kind: 'result', index: state.step, result });
    if (kindOf(step).settles) await dryRun(context.model, steps.slice(state.step + 1), prepared);
    if (changesModel(step) && !trains(step) && !isLastChange(context)) {
      state.start = startFolder(state.step + 1);
      await keep(context, state.start, stamped(context, context.model, state.accuracies));
    }
    state.results.push(result);
    state.step++;
    delete state.training;
    state.trainings = [];
    if (state.step < steps.length) await writeState(folder, state);
  }
}

const freshState =
  ({ recipe, recipeHash, parent, referenced, data }: Prepared, { backend }: RunEnvironment): FreshState =>
  (own) => ({
    recipe: recipeHash,
    parent: parent?.weightsHash ?? null,
    named: referencedHashes(referenced),
    backend,
    ...(data ? { normalization: data.normalization } : {}),
    own,
    cleans: recipe.keepEpochs !== true,
    step: 0,
    start: null,
    checkpoints: {},
    restricted: [],
    trainings: [],
    results: [],
    accuracies: [],
    before: null,
    afterPrune: null,
    afterFineTune: null,
  });
