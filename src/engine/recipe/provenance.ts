import { createHash } from 'node:crypto';
import path from 'node:path';
import type { Provenance } from '../../protocol/model';
import { withPaths, withReferenced } from '../../protocol/referenced';
import type { Recipe } from '../../protocol/recipe';
import { storedDataset, withProvenance } from '../checkpoint/provenance';
import type { ModelContent } from '../checkpoint/types';
import type { Dataset } from '../dataset/open-data';
import { hashOf } from './referenced';
import type { Prepared, RunEnvironment } from './types';

/**
 * Hashes a recipe: SHA-256, hex. Paths do not count, so that a recipe may move: the weights of its checkpoint are hashed
 * separately, and its data counts by the name of the folder.
 */
export function hashRecipe(recipe: Recipe): string {
  const { data, ...rest } = withReferenced(withoutFiles(recipe), (given) =>
    name(given.replace(/[\\/]*model\.json$/, '')),
  );
  const referenced = typeof data === 'object' ? { ...data, source: name(data.source) } : data && name(data);
  return createHash('sha256')
    .update(canonical({ ...rest, data: referenced }))
    .digest('hex');
}

/** Returns the last part of a path. */
const name = (source: string): string => source.split(/[\\/]/).findLast((part) => part !== '') ?? '';

/** Returns the recipe for the folder of its run, with relative paths from there. */
export function relocated(recipe: Recipe, baseFolder: string, out: string): Recipe {
  return withPaths(recipe, (given) => path.relative(out, path.resolve(baseFolder, given)).replaceAll('\\', '/') || '.');
}

/** The parts of a run that its checkpoints record. */
export type ProvenanceSource = Pick<Prepared, 'recipe' | 'parent' | 'referenced' | 'opened' | 'data'>;

/**
 * Returns a model with its provenance in its metadata. It contains neither folders nor times, so that the same run gives
 * the same bytes everywhere.
 */
export function withRunProvenance(
  model: ModelContent,
  prepared: ProvenanceSource,
  environment: Pick<RunEnvironment, 'version' | 'backend'>,
  accuracies: Provenance['accuracies'],
  removals: NonNullable<Provenance['removals']> = [],
): ModelContent {
  const { recipe, parent, data } = prepared;
  const dataset = data ? datasetOf(data) : parent && storedDataset(parent);
  const provenance: Provenance = {
    version: environment.version,
    recipe: withoutPaths(recipe, prepared),
    seed: recipe.seed,
    parent: parent?.weightsHash ?? null,
    backend: environment.backend,
    accuracies,
    ...(removals.length > 0 ? { removals } : {}),
    ...(dataset ? { dataset } : {}),
  };
  return { ...model, metadata: withProvenance(model.metadata, provenance) };
}

/** Returns the facts about the data that later commands need; a step without data keeps those of its parent. */
const datasetOf = ({ info, normalization: { mean, std } }: Dataset): NonNullable<Provenance['dataset']> => ({
  name: info.name,
  normalization: { mean, std },
  classNames: info.classNames,
});

/** Replaces paths: parent and other checkpoints by the hash of their weights, the dataset by its name. */
function withoutPaths(recipe: Recipe, { opened, referenced }: ProvenanceSource): Recipe {
  const hashed = withReferenced(recipe, (given) => hashOf(referenced, given) ?? given);
  const { data: reference, ...rest } = withoutFiles(hashed);
  const name = opened?.info.name;
  return {
    ...rest,
    ...(reference === undefined || name === undefined
      ? {}
      : { data: typeof reference === 'string' ? name : { ...reference, source: name } }),
  };
}

function withoutFiles(recipe: Recipe): Recipe {
  const rest = { ...recipe };
  delete rest.$schema;
  delete rest.checkpoint;
  // It decides no byte of the checkpoint.
  delete rest.keepEpochs;
  return rest.layers === undefined ? rest : { ...rest, layers: name(rest.layers) };
}

/** Formats JSON with sorted keys. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
