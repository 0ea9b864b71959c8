import path from 'node:path';
import type { AdvisedRecipe } from '../../protocol/advice';
import type { DataReference } from '../../protocol/dataset';
import { UserError } from '../../protocol/errors';
import { RECIPE_VERSION } from '../../protocol/recipe';
import { writeFailure } from '../checkpoint/failures';
import { OutputFolder } from '../folder/output-folder';
import { relocated } from '../recipe/provenance';

/** What recipes are written for; paths are absolute. */
export interface RecipesFor {
  readonly model: string;
  readonly data?: DataReference;
  readonly seed: number;
}

/**
 * Writes recipes as files `recipe-1.json` and so on into a folder, which is made where it is missing.
 * @returns the files
 * @throws UserError where one of them is there already, or cannot be written
 */
export async function writeRecipes(
  out: string,
  recipes: readonly AdvisedRecipe[],
  { model, data, seed }: RecipesFor,
): Promise<string[]> {
  const folder = await OutputFolder.locate(out);
  const names = recipes.map(({ name }) => `${name}.json`);
  for (const name of names)
    if (await folder.has(name))
      throw new UserError(
        `"${name}" is there already in ${folder.given} and is never overwritten: choose another folder.`,
      );
  try {
    await folder.make();
    for (const [i, { steps }] of recipes.entries()) {
      const named = { checkpoint: model, ...(data === undefined ? {} : { data }) };
      const recipe = relocated({ recipeVersion: RECIPE_VERSION, ...named, seed, steps }, '/', folder.real);
      await folder.write(names[i]!, `${JSON.stringify(recipe, null, 2)}\n`);
    }
  } catch (error) {
    throw writeFailure(folder.given, error);
  }
  return names.map((name) => path.join(folder.given, name));
}
