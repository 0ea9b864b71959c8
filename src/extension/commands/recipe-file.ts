import path from 'node:path';
import { describeIssue, UserError } from '../../protocol/errors';
import { Recipe } from '../../protocol/recipe';

/** Reads a recipe. @throws UserError that names the file and its first fault. */
export function parseRecipe(text: string, file: string): Recipe {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new UserError(`"${file}" is not JSON: ${error instanceof Error ? error.message : String(error)}.`, {
      cause: error,
    });
  }
  const parsed = Recipe.safeParse(json);
  if (!parsed.success) throw new UserError(`"${file}" is not a valid recipe: ${describeIssue(parsed.error)}.`);
  return parsed.data;
}

/** `prune-90.recipe.json` -> `prune-90`. */
export function recipeName(file: string): string {
  return path.basename(file).replace(/(\.recipe)?\.json$/i, '') || 'recipe';
}
