import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { Recipe } from '../../../protocol/recipe';
import { withReferenced } from '../../../protocol/referenced';
import { OutputFolder } from '../../folder/output-folder';
import { recipeIn } from './contents';

/** Most runs beside a run whose recipes are read. */
const MOST = 1000;

/**
 * Tells which checkpoints of a run the runs beside it read: as their start, as a teacher, or to go back to. A recipe that
 * cannot be read counts as one that reads nothing.
 */
export async function readByOthers({ given }: OutputFolder): Promise<(name: string) => boolean> {
  const beside = path.dirname(given);
  const entries = await readdir(beside, { withFileTypes: true }).catch(() => []);
  const folders = entries.filter((entry) => entry.isDirectory() && entry.name !== path.basename(given)).slice(0, MOST);
  const places = new Set<string>();
  for (const { name } of folders) {
    const place = path.join(beside, name);
    const recipe = await OutputFolder.locate(place)
      .then(recipeIn)
      .catch(() => undefined);
    for (const one of recipe ? pathsIn(recipe) : [])
      places.add(path.resolve(place, one).replace(/[\\/]model\.json$/, ''));
  }
  return (name) => places.has(path.join(given, name));
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
