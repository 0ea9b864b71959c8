import path from 'node:path';
import { withCheckpoints } from '../../protocol/named';
import type { Recipe } from '../../protocol/recipe';
import { resolveModelPath } from '../checkpoint/paths';
import { readCheckpoint } from '../checkpoint/read';
import type { Checkpoint } from '../checkpoint/types';

/** Checkpoints beside the first that the steps of a recipe name, such as a teacher, by their paths as they are named. */
export type NamedCheckpoints = ReadonlyMap<string, Checkpoint>;

/** Reads the checkpoints that steps name. Throws UserError. */
export async function readNamed(recipe: Recipe, baseFolder: string): Promise<NamedCheckpoints> {
  const paths = new Set<string>();
  withCheckpoints(recipe, (given) => {
    paths.add(given);
    return given;
  });
  const found = new Map<string, Checkpoint>();
  for (const given of paths)
    found.set(given, await readCheckpoint(await resolveModelPath(path.resolve(baseFolder, given))));
  return found;
}

/** What tells whether they are still the same: the hashes of their weights, in the order in which they are named. */
export const namedHashes = (named: NamedCheckpoints): string[] =>
  [...named.values()].map(({ weightsHash }) => weightsHash);
