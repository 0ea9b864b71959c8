import type { DataReference } from '../../protocol/dataset';
import type { RecipeJob } from '../../protocol/panel';
import type { Recipe } from '../../protocol/recipe';
import { RECIPE_VERSION, type RecipeInput } from '../../protocol/recipe';

/** The recipe of a panel's job. */
export function jobRecipe(
  { steps, seed, keepEpochs }: RecipeJob,
  checkpoint: string,
  data: DataReference | undefined,
): Recipe {
  return {
    ...{ recipeVersion: RECIPE_VERSION, checkpoint },
    ...(data === undefined ? {} : { data }),
    seed,
    ...(keepEpochs ? { keepEpochs } : {}),
    steps,
  };
}

/** A recipe as the text of a file, with the schema that lets editors complete it. */
export function recipeText(recipe: RecipeInput, schema: string): string {
  return `${JSON.stringify(Object.assign({ $schema: schema }, recipe, { $schema: schema }), null, 2)}\n`;
}
