import path from 'node:path';
import { MOST_RECIPES, recipeName, type AdvisedRecipe } from '../../protocol/advice';
import type { DataReference } from '../../protocol/dataset';
import { UserError } from '../../protocol/errors';
import { RECIPE_VERSION } from '../../protocol/recipe';
import { writeFailure } from '../checkpoint/failures';
import { OutputFolder } from '../folder/output-folder';
import { relocated } from '../recipe/provenance';

/** The model and data for which recipes are written; paths are absolute. */
export interface RecipesFor {
  readonly model: string;
  readonly data?: DataReference;
  readonly seed: number;
}

/**
 * Finds the folder for the recipes of an advice.
 * @throws UserError where a file of such a name is there already
 */
export async function folderForRecipes(out: string): Promise<OutputFolder> {
  const folder = await OutputFolder.locate(out);
  for (let i = 0; i < MOST_RECIPES; i++) {
    const name = fileOf(recipeName(i));
    if (await folder.has(name))
      throw new UserError(
        `"${name}" is there already in ${folder.given} and is never overwritten: choose another folder.`,
      );
  }
  return folder;
}

const fileOf = (name: string): string => `${name}.json`;

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
  const folder = await folderForRecipes(out);
  try {
    await folder.make();
    for (const { name, steps } of recipes) {
      const named = { checkpoint: model, ...(data === undefined ? {} : { data }) };
      const recipe = relocated({ recipeVersion: RECIPE_VERSION, ...named, seed, steps }, '/', folder.real);
      await folder.write(fileOf(name), `${JSON.stringify(recipe, null, 2)}\n`);
    }
  } catch (error) {
    throw writeFailure(folder.given, error);
  }
  return recipes.map(({ name }) => path.join(folder.given, fileOf(name)));
}
