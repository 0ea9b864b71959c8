import { runsModel, trains, type RecipeStep } from '../../protocol/steps';
import path from 'node:path';
import { UserError } from '../../protocol/errors';
import type { Recipe } from '../../protocol/recipe';
import { resolveModelPath } from '../checkpoint/paths';
import { readCheckpoint } from '../checkpoint/read';
import type { Checkpoint, ModelContent } from '../checkpoint/types';
import type { Dataset, OpenData } from '../dataset/open-data';
import { asStored, withTask } from '../measure/tasked-network';
import { NoTask } from '../measure/tasks/task';
import { fitData, fitDataToNew, sizedFor } from '../measure/normalization/fit';
import { normalizationWords, type NormalizationInUse } from '../../protocol/normalization';
import { toNetwork, whyNotRunnable } from '../model/runnable';
import type { Referenced } from './referenced';
import { randomNetwork } from './random-network';
import { kindOf } from './steps/kinds';
import { progressTo, type Listener, type Prepared, type RunEnvironment, type RunRequest } from './types';

/** Reads the checkpoint that a recipe starts from; null where it names none. @throws UserError */
export async function readParent({ recipe, baseFolder }: RunRequest): Promise<Checkpoint | null> {
  if (recipe.checkpoint === undefined) return null;
  return readCheckpoint(await resolveModelPath(path.resolve(baseFolder, recipe.checkpoint)));
}

/**
 * Opens the data, makes the first model and checks without writing anything that each step can run.
 * @param decided the normalization of a run that is resumed
 * @throws UserError, CancelledError
 */
export async function prepare(
  request: RunRequest,
  { parent, referenced, recipeHash }: Pick<Prepared, 'parent' | 'referenced' | 'recipeHash'>,
  environment: RunEnvironment,
  listener: Listener,
  decided?: NormalizationInUse,
): Promise<Prepared> {
  const { recipe, baseFolder } = request;
  const open = (): Promise<OpenData> | null =>
    recipe.data === undefined ? null : environment.openData(recipe.data, baseFolder, listener);
  // A new network has the shape and the classes of its data.
  const start = parent ?? (await firstNetwork(recipe, referenced, (await open()) ?? undefined));
  const notRunnable = whyNotRunnable(start);
  if (notRunnable !== undefined && recipe.steps.some(runsModel)) throw new UserError(notRunnable);
  await dryRun(start, recipe.steps, { start, referenced });
  const opened = await open();
  const fit = opened && (notRunnable ?? (await fitStart(request, start, opened, listener, decided)));
  const [data, noAccuracy] = typeof fit === 'string' ? [null, fit] : [fit, undefined];
  if (data)
    listener.report({
      kind: 'message',
      text: `${entering(data)} enter with ${normalizationWords(data.normalization)}.`,
    });
  for (const text of data?.notes ?? []) listener.report({ kind: 'message', text });
  if (noAccuracy !== undefined) listener.report({ kind: 'message', text: `Accuracy is not measured: ${noAccuracy}` });
  const prepared = { recipe, recipeHash, parent, referenced, start, opened, data, noAccuracy };
  for (const step of recipe.steps) await kindOf(step).validate?.preflight?.(step, prepared);
  return prepared;
}

function firstNetwork(
  { steps, seed }: Recipe,
  { architectures }: Referenced,
  data: OpenData | undefined,
): Promise<ModelContent> {
  const [first] = steps;
  if (first?.step !== 'train') throw new Error('a recipe without a checkpoint begins with a train step');
  return randomNetwork(first, { seed, data, architectures });
}

const entering = ({ kind }: Dataset): string => (kind === 'pixels' ? 'Pixels' : 'Examples');

/**
 * Runs steps on a copy of a model: names of layers and amounts that do not fit fail here.
 * @param read the model at the start of the run, and what its steps refer to
 * @throws UserError
 */
export async function dryRun(
  from: ModelContent,
  steps: readonly RecipeStep[],
  read: Pick<Prepared, 'start' | 'referenced'>,
): Promise<void> {
  let model = from;
  for (const step of steps) model = (await kindOf(step).validate?.dryRun?.(model, step, read)) ?? model;
}

const startsByTraining = ({ steps }: Recipe): boolean => {
  const first = steps.find(({ step }) => step !== 'evaluate');
  return first !== undefined && trains(first);
};

/**
 * Prepares the data for the first model; returns a sentence where the model does not classify it, which matters only to
 * steps that run the model.
 * @throws UserError where the examples do not fit, UndecidedNormalization, CancelledError
 */
async function fitStart(
  { recipe }: RunRequest,
  start: ModelContent,
  data: OpenData,
  listener: Listener,
  decided: NormalizationInUse | undefined,
): Promise<Dataset | string> {
  const running = await toNetwork(start);
  try {
    const loading = { signal: listener.signal, onProgress: progressTo(listener) };
    const sized = await sizedFor(start, data, loading);
    const { task } = withTask(running, asStored(sized));
    for (const { said } of task.infos) listener.report({ kind: 'message', text: said });
    if (decided) return sized.under(decided);
    if (recipe.checkpoint === undefined) return await fitDataToNew(start, data, loading);
    return await fitData(start, data, {
      lend: (work) => work(running),
      // A network that guesses has learned nothing that another normalization could spoil.
      asNew: startsByTraining(recipe),
      ...loading,
    });
  } catch (error) {
    if (error instanceof NoTask && !recipe.steps.some(runsModel)) return error.message;
    throw error;
  } finally {
    running.dispose();
  }
}
