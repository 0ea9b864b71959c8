import path from 'node:path';
import { withReferencedCheckpoints } from '../../protocol/referenced-checkpoints';
import type { Recipe } from '../../protocol/recipe';
import { resolveModelPath } from '../checkpoint/paths';
import { readCheckpoint } from '../checkpoint/read';
import type { Checkpoint } from '../checkpoint/types';

/** Checkpoints beside the first that the steps of a recipe name, such as a teacher, by their paths as they are referenced. */
export type ReferencedCheckpoints = ReadonlyMap<string, Checkpoint>;

/** Reads the checkpoints that steps name. Throws UserError. */
export async function readReferencedCheckpoints(recipe: Recipe, baseFolder: string): Promise<ReferencedCheckpoints> {
  const paths = new Set<string>();
  withReferencedCheckpoints(recipe, (given) => {
    paths.add(given);
    return given;
  });
  const found = new Map<string, Checkpoint>();
  for (const given of paths)
    found.set(given, await readCheckpoint(await resolveModelPath(path.resolve(baseFolder, given))));
  return found;
}

/** What tells whether they are still the same: the hashes of their weights, in the order in which they are referenced. */
export const referencedHashes = (referenced: ReferencedCheckpoints): string[] =>
  [...referenced.values()].map(({ weightsHash }) => weightsHash);
