import { lstat, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../../../protocol/errors';
import { placeFile, syncFolder } from '../../checkpoint/atomic';
import { encodeCheckpoint } from '../../checkpoint/encode';
import { writeFailure } from '../../checkpoint/failures';
import { makeFolders, removeEmptyFolders } from '../../checkpoint/folders';
import { pack, type Packed } from '../../checkpoint/packed/pack';
import { withoutHistory } from '../../checkpoint/provenance';
import { readCheckpoint } from '../../checkpoint/read';
import { plannedSizes } from '../../checkpoint/sizes';
import type { ModelContent } from '../../checkpoint/types';
import type { PackedHistory, PackedSizes } from '../../../protocol/measure/packing';
import { packedSizes } from './sizes';
import { withSmallWeights } from './small-weights';

/** Options of packing. */
export interface PackOptions {
  /** Bits of biases and normalization, see `withSmallWeights`. */
  readonly smallWeights: number;
  readonly history: PackedHistory;
  readonly signal?: AbortSignal;
}

/** A model in memory as it would be in a packed file. */
export interface PackedModel {
  readonly packed: Packed;
  /** SHA-256 of its weights, hex. */
  readonly weightsHash: string;
  /** Returns the sizes of the file that was written. */
  readonly sizesOf: (file: string, bytes: number) => Promise<PackedSizes>;
}

/** Packs a model and writes nothing. */
export function packWith(given: ModelContent, { smallWeights, history, signal }: PackOptions): PackedModel {
  const { model, largest } = withSmallWeights(history === 'keep' ? given : withoutHistory(given), smallWeights);
  const encoded = encodeCheckpoint(model);
  const packed = pack(model, encoded);
  return {
    packed,
    weightsHash: encoded.weightsHash,
    sizesOf: async (file, bytes) => {
      const unpacked = await plannedSizes(model, { brotli: true, ...(signal ? { signal } : {}) }, encoded);
      return packedSizes(model, packed, encoded, { file, bytes, unpacked, largest });
    },
  };
}

/**
 * Packs a model in a new file, whole or not at all, and reads it back: every figure is of the file.
 * @param file absolute; its folder is made where it is missing
 * @throws UserError where something has this name, where it cannot be written, or where it reads back differently
 */
export async function writePacked(file: string, given: ModelContent, options: PackOptions): Promise<PackedSizes> {
  await refuseExisting(file);
  const { packed, weightsHash, sizesOf } = packWith(given, options);
  const folder = path.dirname(file);
  let made: string | undefined;
  try {
    made = await makeFolders(folder);
    await placeFile(folder, path.basename(file), packed.bytes);
    await syncFolder(folder);
  } catch (error) {
    if (made !== undefined) await removeEmptyFolders(folder, made);
    throw writeFailure(folder, error);
  }
  const read = await readCheckpoint(file);
  if (read.weightsHash !== weightsHash || !(await readFile(file)).equals(packed.bytes))
    throw new UserError(
      `The file that was written to "${file}" reads back as another: check the disk, and pack again.`,
    );
  return sizesOf(file, (await stat(file)).size);
}

async function refuseExisting(file: string): Promise<void> {
  if (await lstat(file).catch(() => undefined))
    throw new UserError(`"${file}" is there already and is never overwritten: choose another name.`);
}
