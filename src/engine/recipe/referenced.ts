import path from 'node:path';
import { withReferenced } from '../../protocol/referenced';
import type { Recipe } from '../../protocol/recipe';
import { readArchitecture, type ArchitectureFile } from '../checkpoint/architecture-file';
import { resolveModelPath } from '../checkpoint/paths';
import { readCheckpoint } from '../checkpoint/read';
import type { Checkpoint } from '../checkpoint/types';

/** Files that the steps of a recipe reference, by their paths in the recipe. */
export interface Referenced {
  /** Other checkpoints, such as a teacher. */
  readonly checkpoints: ReadonlyMap<string, Checkpoint>;
  /** Descriptions of networks without weights. */
  readonly architectures: ReadonlyMap<string, ArchitectureFile>;
}

/** Reads the files that steps reference. @throws UserError */
export async function readReferenced(recipe: Recipe, baseFolder: string): Promise<Referenced> {
  const paths = { checkpoint: new Set<string>(), architecture: new Set<string>() };
  withReferenced(recipe, (given, kind) => {
    paths[kind].add(given);
    return given;
  });
  const checkpoints = new Map<string, Checkpoint>();
  for (const given of paths.checkpoint)
    checkpoints.set(given, await readCheckpoint(await resolveModelPath(path.resolve(baseFolder, given))));
  const architectures = new Map<string, ArchitectureFile>();
  for (const given of paths.architecture)
    architectures.set(given, await readArchitecture(path.resolve(baseFolder, given)));
  return { checkpoints, architectures };
}

/** Returns the hash of a referenced file by its path; undefined where nothing is referenced so. */
export const hashOf = ({ checkpoints, architectures }: Referenced, given: string): string | undefined =>
  checkpoints.get(given)?.weightsHash ?? architectures.get(given)?.hash;

/** Returns the hashes of all referenced files, in the order of the references. */
export const referencedHashes = ({ checkpoints, architectures }: Referenced): string[] => [
  ...[...checkpoints.values()].map(({ weightsHash }) => weightsHash),
  ...[...architectures.values()].map(({ hash }) => hash),
];
