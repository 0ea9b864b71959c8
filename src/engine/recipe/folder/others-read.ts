import path from 'node:path';
import type { Recipe } from '../../../protocol/recipe';
import { withReferenced } from '../../../protocol/referenced';
import type { OutputFolder } from '../../folder/output-folder';
import { recipeIn } from './contents';

/** Most runs beside a run whose recipes are read. */
const MOST = 1000;

/**
 * Tells which checkpoints of a run the runs beside it read: as their start, as a teacher, or to go back to. A recipe that
 * cannot be read counts as one that reads nothing.
 */
export async function readByOthers(folder: OutputFolder): Promise<(name: string) => boolean> {
  const places = new Set<string>();
  for (const beside of await folder.beside(MOST)) {
    const recipe = await recipeIn(beside).catch(() => undefined);
    for (const one of recipe ? pathsIn(recipe) : [])
      places.add(path.resolve(beside.given, one).replace(/[\\/]model\.json$/, ''));
  }
  return (name) => places.has(path.join(folder.given, name));
}

/** Lists the checkpoints that a recipe names. */
function pathsIn(recipe: Recipe): string[] {
  const found = recipe.checkpoint === undefined ? [] : [recipe.checkpoint];
  withReferenced(recipe, (given) => {
    found.push(given);
    return given;
  });
  return found;
}
