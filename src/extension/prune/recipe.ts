import type { DataReference } from '../../protocol/dataset';
import { UserError } from '../../protocol/errors';
import type { PruneJob } from '../../protocol/panel';
import { RECIPE_VERSION, Recipe, type RecipeInput } from '../../protocol/recipe';

/** The recipe of a Prune & write. @throws UserError when it is to fine-tune without a dataset. */
export function pruneRecipe(job: PruneJob, checkpoint: string, data: DataReference | undefined): Recipe {
  if (job.fineTuneEpochs > 0 && data === undefined)
    throw new UserError('Fine-tuning needs a dataset: choose one, or set the epochs to 0.');
  return Recipe.parse({
    recipeVersion: RECIPE_VERSION,
    checkpoint,
    ...(data === undefined ? {} : { data }),
    steps: [job.prune, ...(job.fineTuneEpochs > 0 ? [{ step: 'finetune', epochs: job.fineTuneEpochs }] : [])],
  });
}

/** A recipe as the text of a file, with the schema that makes editors complete it. */
export function recipeText(recipe: RecipeInput, schema: string): string {
  return `${JSON.stringify(Object.assign({ $schema: schema }, recipe, { $schema: schema }), null, 2)}\n`;
}
