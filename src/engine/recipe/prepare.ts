import path from 'node:path';
import { UserError } from '../../protocol/errors';
import type { Recipe } from '../../protocol/recipe';
import { resolveModelPath } from '../checkpoint/paths';
import { readCheckpoint } from '../checkpoint/read';
import type { Checkpoint, ModelContent } from '../checkpoint/types';
import type { Dataset } from '../dataset/dataset';
import { asClassifier } from '../measure/classifier';
import { createArchitecture } from '../model/architectures';
import { fromLayersModel, toLayersModel, whyNotRunnable } from '../model/runnable';
import type { NamedCheckpoints } from './named';
import { kindOf } from './steps/kinds';
import type { Listener, Prepared, RunEnvironment, RunRequest } from './types';

/** The checkpoint that a recipe starts from; null where it names none. Throws UserError. */
export async function readParent({ recipe, baseFolder }: RunRequest): Promise<Checkpoint | null> {
  if (recipe.checkpoint === undefined) return null;
  return readCheckpoint(await resolveModelPath(path.resolve(baseFolder, recipe.checkpoint)));
}

/**
 * Opens the data, makes the first model and tries, without writing anything, whether each step can do its work.
 * Throws UserError, CancelledError.
 */
export async function prepare(
  request: RunRequest,
  { parent, named, recipeHash }: Pick<Prepared, 'parent' | 'named' | 'recipeHash'>,
  environment: RunEnvironment,
  listener: Listener,
): Promise<Prepared> {
  const { recipe, baseFolder } = request;
  const start = parent ?? randomModel(recipe);
  const notRunnable = whyNotRunnable(start);
  if (notRunnable !== undefined && recipe.steps.some((step) => kindOf(step).runsModel(step)))
    throw new UserError(notRunnable);
  rehearse(start, recipe, named);
  const data = recipe.data === undefined ? null : await environment.openData(recipe.data, baseFolder, listener);
  if (data && notRunnable === undefined) await tryImages(start, data);
  if (data && notRunnable !== undefined)
    listener.report({ kind: 'message', text: `Accuracy is not measured: ${notRunnable}` });
  const prepared = { recipe, recipeHash, parent, named, start, data, notRunnable };
  for (const step of recipe.steps) await kindOf(step).tryOut?.(step, prepared);
  return prepared;
}

function randomModel({ steps, seed }: Recipe): ModelContent {
  const [first] = steps;
  if (first?.step !== 'train') throw new Error('a recipe without a checkpoint begins with a train step');
  const model = createArchitecture(first.architecture, seed);
  try {
    return fromLayersModel(model);
  } finally {
    model.dispose();
  }
}

/** Goes through the steps on a copy that is thrown away: names of layers and amounts that do not fit fail here. */
function rehearse(start: ModelContent, { steps }: Recipe, named: NamedCheckpoints): void {
  let model = start;
  for (const step of steps) model = kindOf(step).rehearse?.(model, step, { start, named }) ?? model;
}

async function tryImages(start: ModelContent, data: Dataset): Promise<void> {
  const model = await toLayersModel(start);
  try {
    asClassifier(model, data.split('test'), data.info.classNames.length);
  } finally {
    model.dispose();
  }
}
