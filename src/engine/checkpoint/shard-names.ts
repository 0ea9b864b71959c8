import type { WeightGroup } from '../../protocol/checkpoint';

/** The name of a shard that Secateur writes: tfjs's own name, and a part of the hash of all weights. */
const HASHED_NAME = /^group1-shard\d+of\d+-([0-9a-f]{12})\.bin$/;

/** Shards never take the names of descriptions, tables, texts or hidden files, which may be in the same folder. */
const OTHER_FILES = /^\.|\.(jsonl?|md|csv|txt|pbtxt)$/i;
const PLAIN_NAME = /^[^\\/:*?"<>|\p{Cc}]{1,200}$/u;

/** Returns the name of a shard with a part of the hash of all weights, so that different weights can share a folder. */
export const hashedName = (index: number, count: number, weightsHash: string): string =>
  `group1-shard${index + 1}of${count}-${weightsHash.slice(0, 12)}.bin`;

/** Returns the hash part of a name; undefined where `hashedName` did not make it. */
export const hashInName = (name: string): string | undefined => HASHED_NAME.exec(name)?.[1];

/**
 * Returns the name of the single file with all weights of a checkpoint, such as `weights.bin`, since others may load it
 * by that name. Undefined where there are several files, or the name is not plain or carries a hash.
 */
export function soleName(manifest: readonly WeightGroup[]): string | undefined {
  const [name, ...others] = manifest.flatMap(({ paths }) => paths);
  if (name === undefined || others.length > 0 || manifest.length > 1) return undefined;
  const plain = PLAIN_NAME.test(name) && !OTHER_FILES.test(name) && hashInName(name) === undefined;
  return plain ? name : undefined;
}
