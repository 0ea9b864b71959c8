import path from 'node:path';
import { withPaths } from '../../../protocol/referenced';
import { OutputFolder } from '../../folder/output-folder';
import { recipeIn } from './contents';

/** Most folders beside a run whose recipes are read. */
const MOST = 1000;

/**
 * Tells which checkpoints of a run the runs beside it read: as their start, as a teacher, or to go back to. A recipe that
 * cannot be read counts as one that reads nothing; where too many lie there, each checkpoint counts as read.
 */
export async function readByOthers(folder: OutputFolder): Promise<(name: string) => boolean> {
  const others = await folder.beside(MOST + 1);
  if (others.length > MOST) return () => true;
  const named = new Set<string>();
  for (const beside of others) {
    const recipe = await recipeIn(beside).catch(() => undefined);
    if (!recipe) continue;
    withPaths(recipe, (given) => {
      named.add(path.resolve(beside.given, given).replace(/[\\/]model\.json$/, ''));
      return given;
    });
  }
  // One folder may be reached in several ways.
  const located = [...named].map((place) => OutputFolder.locate(place).catch(() => undefined));
  const places = new Set((await Promise.all(located)).map((one) => one?.real));
  return (name) => places.has(path.join(folder.real, name));
}
