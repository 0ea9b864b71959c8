import path from 'node:path';
import * as z from 'zod';
import { withPaths } from '../protocol/referenced';
import { Recipe } from '../protocol/recipe';
import { isInside } from './paths';

/** A folder that gets another place. Both are absolute. */
export interface Move {
  readonly from: string;
  readonly to: string;
}

/** The place of a file or folder after the move. Both are absolute. */
export const movedPlace = (place: string, { from, to }: Move): string =>
  isInside(place, from) ? path.join(to, path.relative(from, place)) : place;

/** A path of a recipe after the move; itself where it still leads to its file. @param place the folder of the recipe before */
function movedPath(given: string, place: string, move: Move): string {
  const target = movedPlace(path.resolve(place, given), move);
  const start = movedPlace(place, move);
  if (path.resolve(start, given) === target) return given;
  return path.isAbsolute(given) ? target : path.relative(start, target).split(path.sep).join('/') || '.';
}

/**
 * The recipe with the paths that lead to its files after the move.
 * @param place the folder from which its paths start before the move; it may move too
 */
export const movedRecipe = (recipe: Recipe, place: string, move: Move): Recipe =>
  withPaths(recipe, (given) => movedPath(given, place, move));

/**
 * Tells whether a recipe reads files of a folder: its start, and others, such as a teacher. An unfinished run knows the
 * others by their names.
 * @param place the folder of the recipe
 */
export function readsIn(recipe: Recipe, place: string, folder: string): { start: boolean; others: boolean } {
  const reads = { start: false, others: false };
  withPaths(recipe, (given, kind) => {
    if (isInside(path.resolve(place, given), folder)) reads[kind === 'start' ? 'start' : 'others'] = true;
    return given;
  });
  return reads;
}

/** The text of a recipe after the move; undefined if it is no recipe, or all its paths stay. @param place its folder before */
export function movedRecipeText(text: string, place: string, move: Move): string | undefined {
  let recipe: Recipe;
  try {
    recipe = Recipe.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
  const replaced = new Map<string, string>();
  const wanted = withPaths(recipe, (given) => {
    const moved = movedPath(given, place, move);
    if (moved !== given) replaced.set(given, moved);
    return moved;
  });
  if (replaced.size === 0) return undefined;
  // The text stays as its author wrote it, unless something else in it, such as a layer, has the name of a file.
  const edited = withStrings(text, replaced);
  return JSON.stringify(Recipe.safeParse(JSON.parse(edited)).data) === JSON.stringify(wanted)
    ? edited
    : `${JSON.stringify(wanted, null, 2)}\n`;
}

/** Replaces strings of a text of JSON where they are written as usual, and leaves all else as it is. */
function withStrings(text: string, replaced: ReadonlyMap<string, string>): string {
  let edited = text;
  for (const [old, value] of replaced) edited = edited.replaceAll(JSON.stringify(old), () => JSON.stringify(value));
  return edited;
}

const Places = z.looseObject({ out: z.string(), folder: z.string() });

/** The text of the results of a moved run, with its new place; undefined if they name another place. */
export function movedResultsText(text: string, move: Move): string | undefined {
  try {
    const results = Places.parse(JSON.parse(text));
    const { out, folder } = results;
    const next = (place: string): string => (path.isAbsolute(place) ? movedPlace(place, move) : place);
    const wanted = { ...results, out: next(out), folder: next(folder) };
    if (wanted.out === out && wanted.folder === folder) return undefined;
    const edited = withStrings(text, new Map([out, folder].map((place) => [place, next(place)])));
    const written = Places.parse(JSON.parse(edited));
    return written.out === wanted.out && written.folder === wanted.folder
      ? edited
      : `${JSON.stringify(wanted, null, 2)}\n`;
  } catch {
    return undefined;
  }
}
