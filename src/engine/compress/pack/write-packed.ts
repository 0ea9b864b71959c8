import { lstat, open, stat } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../../../protocol/errors';
import { placeFile, syncFolder } from '../../checkpoint/atomic';
import { encodeCheckpoint } from '../../checkpoint/encode';
import { writeFailure } from '../../checkpoint/failures';
import { makeFolders, removeEmptyFolders } from '../../checkpoint/folders';
import { packing, type Packed } from '../../checkpoint/packed/pack';
import { withoutHistory } from '../../checkpoint/provenance';
import { unpack } from '../../checkpoint/packed/unpack';
import { plannedSizes } from '../../checkpoint/sizes';
import type { ModelContent } from '../../checkpoint/types';
import { inSteps } from '../../pause';
import { fill } from '../../checkpoint/whole-read';
import type { PackedHistory, PackedSizes } from '../../../protocol/measure/packing';
import { packedSizes } from './sizes';
import { withSmallWeights } from './small-weights';

/** Options of packing. */
export interface PackOptions {
  /** Bits of biases and normalization, see `withSmallWeights`. */
  readonly smallWeights: number;
  readonly history: PackedHistory;
  /** Compresses all of large unpacked weights for comparison, not samples of them. */
  readonly exact?: boolean;
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

/** Packs a model and writes nothing. @throws CancelledError */
export async function packWith(
  given: ModelContent,
  { smallWeights, history, exact = false, signal }: PackOptions,
): Promise<PackedModel> {
  const { model, largest } = withSmallWeights(history === 'keep' ? given : withoutHistory(given), smallWeights);
  const encoded = encodeCheckpoint(model);
  const packed = await inSteps(packing(model, encoded), signal);
  return {
    packed,
    weightsHash: encoded.weightsHash,
    sizesOf: async (file, bytes) => {
      const unpacked = await plannedSizes(model, { brotli: true, estimate: !exact, signal }, encoded);
      return packedSizes(model, packed, encoded, { file, bytes, unpacked, largest });
    },
  };
}

/**
 * Packs a model in a new file, whole or not at all, and reads it back: every figure is of the file.
 * @param file absolute; its folder is made where it is missing
 * @throws UserError where something has this name, where it cannot be written, or where it reads back differently;
 * CancelledError
 */
export async function writePacked(file: string, given: ModelContent, options: PackOptions): Promise<PackedSizes> {
  await refuseExisting(file);
  const { packed, weightsHash, sizesOf } = await packWith(given, options);
  // That took a while.
  await refuseExisting(file);
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
  // The file has the bytes in memory, and these have the weights.
  const name = path.basename(file);
  if (!(await holds(file, packed.bytes)) || unpack(packed.bytes, name, () => undefined).weightsHash !== weightsHash)
    throw new UserError(
      `The file that was written to "${file}" reads back as another: check the disk, and pack again.`,
    );
  return sizesOf(file, (await stat(file)).size);
}

/** Bytes of a file that are compared at a time. */
const COMPARED = 4 * 1024 * 1024;

/** Returns true for a file with these bytes, without a copy of them. */
async function holds(file: string, bytes: Uint8Array): Promise<boolean> {
  const handle = await open(file, 'r');
  try {
    if ((await handle.stat()).size !== bytes.byteLength) return false;
    const room = new Uint8Array(COMPARED);
    for (let from = 0; from < bytes.byteLength; from += COMPARED) {
      const part = room.subarray(0, Math.min(COMPARED, bytes.byteLength - from));
      await fill(handle, file, part, from);
      if (Buffer.compare(part, bytes.subarray(from, from + part.byteLength)) !== 0) return false;
    }
    return true;
  } finally {
    await handle.close();
  }
}

async function refuseExisting(file: string): Promise<void> {
  if (await lstat(file).catch(() => undefined))
    throw new UserError(`"${file}" is there already and is never overwritten: choose another name.`);
}
