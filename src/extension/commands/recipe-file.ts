import path from 'node:path';
import { t } from '../../protocol/l10n';
import { describeIssue, UserError } from '../../protocol/errors';
import { Recipe } from '../../protocol/recipe';

/** Reads a recipe. @throws UserError that names the file and its first fault. */
export function parseRecipe(text: string, file: string): Recipe {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    const fault = error instanceof Error ? error.message : String(error);
    throw new UserError(t('"{0}" is not JSON: {1}.', file, fault), { cause: error });
  }
  const parsed = Recipe.safeParse(json);
  if (!parsed.success) throw new UserError(t('"{0}" is not a valid recipe: {1}.', file, describeIssue(parsed.error)));
  return parsed.data;
}

/** `prune-90.recipe.json` -> `prune-90`. */
export function recipeName(file: string): string {
  return path.basename(file).replace(/(\.recipe)?\.json$/i, '') || 'recipe';
}
