import path from 'node:path';
import { withReferencedCheckpoints } from '../../protocol/referenced-checkpoints';
import type { Recipe } from '../../protocol/recipe';
import { resolveModelPath } from '../checkpoint/paths';
import { readCheckpoint } from '../checkpoint/read';
import type { Checkpoint } from '../checkpoint/types';

/** Other checkpoints that the steps of a recipe reference, such as a teacher, by their paths in the recipe. */
export type ReferencedCheckpoints = ReadonlyMap<string, Checkpoint>;

/** Reads the checkpoints that steps reference. @throws UserError */
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

/** Returns the hashes of their weights, in the order of the references. */
export const referencedHashes = (referenced: ReferencedCheckpoints): string[] =>
  [...referenced.values()].map(({ weightsHash }) => weightsHash);
