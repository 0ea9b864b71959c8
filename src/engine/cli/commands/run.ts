import path from 'node:path';
import { withNormalization } from '../../../protocol/dataset';
import { UserError } from '../../../protocol/errors';
import type { Recipe } from '../../../protocol/recipe';
import { dataAsTyped, type CommonOptions, type DataOptions, type LocalEngine } from '../engine';
import { readRecipe } from '../recipe';
import { run as outcome } from '../outcomes/run';
import { runOnTerminal } from '../runs';
import type { Terminal } from '../terminal';

export interface RunCommand extends CommonOptions, DataOptions {
  out: string;
  model?: string;
  resume?: boolean;
  keepEpochs?: boolean;
}

/** `secateur run` */
export async function run(file: string, options: RunCommand, engine: LocalEngine, terminal: Terminal): Promise<void> {
  const { out, resume = false } = options;
  const given = withModel(withData(await readRecipe(file), options), options);
  const recipe = options.keepEpochs ? { ...given, keepEpochs: true } : given;
  const baseFolder = path.dirname(path.resolve(file));
  const result = await runOnTerminal(engine, terminal, recipe, { out, baseFolder, resume });
  await terminal.result(options.json ? JSON.stringify(outcome.document(result)) : outcome.text(result));
}

/** Replaces the checkpoint of a recipe by the model that was typed. */
const withModel = (recipe: Recipe, { model }: Pick<RunCommand, 'model'>): Recipe =>
  model === undefined ? recipe : { ...recipe, checkpoint: path.resolve(model) };

/** Options override the recipe. @throws UserError */
function withData(recipe: Recipe, { data: typed, normalization }: DataOptions): Recipe {
  const data = typed === undefined ? recipe.data : dataAsTyped(typed);
  if (data === undefined) {
    if (normalization)
      throw new UserError('The recipe names no data to be normalized: give a dataset with --data too.');
    return recipe;
  }
  return { ...recipe, data: normalization ? withNormalization(data, normalization) : data };
}
