import { createHash } from 'node:crypto';
import path from 'node:path';
import type { DataReference } from '../../protocol/dataset';
import type { Provenance } from '../../protocol/model';
import { withReferencedCheckpoints } from '../../protocol/referenced-checkpoints';
import type { Recipe } from '../../protocol/recipe';
import { readProvenance, withProvenance } from '../checkpoint/provenance';
import type { ModelContent } from '../checkpoint/types';
import type { Dataset } from '../dataset/open-data';
import { FASHION_MNIST, FASHION_MNIST_SAMPLE } from '../dataset/fashion-mnist';
import type { Prepared, RunEnvironment } from './types';

/**
 * SHA-256 of what a recipe says, hex. Where its files lie does not count, so that a recipe may move: the weights of its
 * checkpoint are hashed apart, its data goes by the name of the folder.
 */
export function hashRecipe(recipe: Recipe): string {
  const name = (source: string): string => source.split(/[\\/]/).findLast((part) => part !== '') ?? '';
  const { data, ...rest } = withReferencedCheckpoints(withoutFiles(recipe), (given) =>
    name(given.replace(/[\\/]*model\.json$/, '')),
  );
  const referenced = typeof data === 'object' ? { ...data, source: name(data.source) } : data && name(data);
  return createHash('sha256')
    .update(canonical({ ...rest, data: referenced }))
    .digest('hex');
}

/** The recipe as it stands in the folder of its run: relative paths start from there. */
export function relocated(recipe: Recipe, baseFolder: string, out: string): Recipe {
  const move = (given: string): string =>
    path.relative(out, path.resolve(baseFolder, given)).replaceAll('\\', '/') || '.';
  const moveData = (data: DataReference): DataReference => {
    if (typeof data !== 'string') return { ...data, source: moveSource(data.source) };
    return moveSource(data);
  };
  const moveSource = (source: string): string =>
    source === FASHION_MNIST || source === FASHION_MNIST_SAMPLE ? source : move(source);
  return {
    ...withReferencedCheckpoints(recipe, move),
    ...(recipe.checkpoint === undefined ? {} : { checkpoint: move(recipe.checkpoint) }),
    ...(recipe.data === undefined ? {} : { data: moveData(recipe.data) }),
  };
}

/** What of a run its checkpoints tell. */
export type ProvenanceSource = Pick<Prepared, 'recipe' | 'parent' | 'referenced' | 'opened' | 'data'>;

/**
 * A model with its origin written into its metadata. Neither folders nor times are in it: the same run gives the same
 * bytes wherever and whenever it is made.
 */
export function withRunProvenance(
  model: ModelContent,
  prepared: ProvenanceSource,
  environment: Pick<RunEnvironment, 'version' | 'backend'>,
  accuracies: Provenance['accuracies'],
  removals: NonNullable<Provenance['removals']> = [],
): ModelContent {
  const { recipe, parent, data } = prepared;
  const dataset = data ? datasetOf(data) : parent && readProvenance(parent)?.dataset;
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

/** What the next command must know of the data; a step without data leaves what its parent knew. */
const datasetOf = ({ info, normalization: { mean, std } }: Dataset): NonNullable<Provenance['dataset']> => ({
  name: info.name,
  normalization: { mean, std },
  classNames: info.classNames,
});

/** Parent and other checkpoints are referenced by the hash of their weights, the dataset by its name. */
function withoutPaths(recipe: Recipe, { opened, referenced }: ProvenanceSource): Recipe {
  const hashed = withReferencedCheckpoints(recipe, (given) => referenced.get(given)?.weightsHash ?? given);
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
  return rest;
}

/** JSON with the keys of every object in order. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
