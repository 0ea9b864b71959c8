import path from 'node:path';
import * as z from 'zod';
import { withReferenced } from '../protocol/referenced';
import { Recipe } from '../protocol/recipe';
import { isInside } from './paths';

/** A folder that gets another place. Both are absolute. */
export interface Move {
  readonly from: string;
  readonly to: string;
}

/** A path of a recipe in the folder `place`, after the move; itself where it leads elsewhere. */
function movedPath(given: string, place: string, { from, to }: Move): string {
  const absolute = path.resolve(place, given);
  if (!isInside(absolute, from)) return given;
  const moved = path.join(to, path.relative(from, absolute));
  return path.isAbsolute(given) ? moved : path.relative(place, moved).split(path.sep).join('/') || '.';
}

/** The recipe with the paths that lead to its files after the move. @param place the folder from which its paths start */
export function movedRecipe(recipe: Recipe, place: string, move: Move): Recipe {
  const moved = withReferenced(recipe, (given) => movedPath(given, place, move));
  const { checkpoint } = recipe;
  return checkpoint === undefined ? moved : { ...moved, checkpoint: movedPath(checkpoint, place, move) };
}

/** True if a step, such as one with a teacher, reads a file of this folder: an unfinished run knows that file by its name. */
export function stepsRead({ steps }: Recipe, place: string, folder: string): boolean {
  let reads = false;
  withReferenced({ steps }, (given) => {
    reads ||= isInside(path.resolve(place, given), folder);
    return given;
  });
  return reads;
}

/** Replaces strings anywhere in a text of JSON, and leaves all else as it is. */
function withStrings(text: string, replaced: ReadonlyMap<string, string>): string {
  const next = (value: unknown): unknown => {
    if (typeof value === 'string') return replaced.get(value) ?? value;
    if (Array.isArray(value)) return value.map(next);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, next(inner)]));
  };
  const wanted = next(JSON.parse(text));
  let edited = text;
  for (const [old, value] of replaced) edited = edited.replaceAll(JSON.stringify(old), () => JSON.stringify(value));
  return JSON.stringify(JSON.parse(edited)) === JSON.stringify(wanted)
    ? edited
    : `${JSON.stringify(wanted, null, 2)}\n`;
}

/** The text of a recipe after the move; undefined if it is no recipe, or refers to nothing there. */
export function movedRecipeText(text: string, place: string, move: Move): string | undefined {
  let recipe: Recipe;
  try {
    recipe = Recipe.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
  const replaced = new Map<string, string>();
  const note = (given: string): string => {
    const moved = movedPath(given, place, move);
    if (moved !== given) replaced.set(given, moved);
    return moved;
  };
  if (recipe.checkpoint !== undefined) note(recipe.checkpoint);
  withReferenced(recipe, note);
  return replaced.size === 0 ? undefined : withStrings(text, replaced);
}

const Places = z.looseObject({ out: z.string(), folder: z.string() });

/** The text of the results of the moved run itself, with its new place; undefined if they name another place. */
export function movedResultsText(text: string, { from, to }: Move): string | undefined {
  try {
    const { out, folder } = Places.parse(JSON.parse(text));
    const moved = [out, folder].filter((place) => path.isAbsolute(place) && isInside(place, from));
    if (moved.length === 0) return undefined;
    return withStrings(text, new Map(moved.map((place) => [place, path.join(to, path.relative(from, place))])));
  } catch {
    return undefined;
  }
}
