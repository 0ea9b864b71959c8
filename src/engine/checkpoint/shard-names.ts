import type { WeightGroup } from '../../protocol/checkpoint';

/** A shard that Secateur names: tfjs's own name, and a piece of the hash of all weights. */
const HASHED_NAME = /^group1-shard\d+of\d+-([0-9a-f]{12})\.bin$/;

/** Shards never take the names of descriptions, tables, texts or hidden files, which may lie in the same folder. */
const OTHER_FILES = /^\.|\.(jsonl?|md|csv|txt|pbtxt)$/i;
const PLAIN_NAME = /^[^\\/:*?"<>|\p{Cc}]{1,200}$/u;

/** The name of a shard with a piece of the hash of all weights, so that it can lie beside those of other weights. */
export const hashedName = (index: number, count: number, weightsHash: string): string =>
  `group1-shard${index + 1}of${count}-${weightsHash.slice(0, 12)}.bin`;

/** The piece of the hash that a name carries; undefined where it is not one of `hashedName`. */
export const hashInName = (name: string): string | undefined => HASHED_NAME.exec(name)?.[1];

/**
 * The name of the one file that holds all weights of a checkpoint, such as `weights.bin`, where others may load it by that
 * name; undefined where there are several, or the name is no plain one or carries a hash.
 */
export function soleName(manifest: readonly WeightGroup[]): string | undefined {
  const [name, ...others] = manifest.flatMap(({ paths }) => paths);
  if (name === undefined || others.length > 0 || manifest.length > 1) return undefined;
  const plain = PLAIN_NAME.test(name) && !OTHER_FILES.test(name) && hashInName(name) === undefined;
  return plain ? name : undefined;
}
