import { lstat, open, stat } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../../../protocol/errors';
import { placeFile, syncFolder } from '../../checkpoint/atomic';
import { encodeForSizes, filesOf } from '../../checkpoint/encode';
import { writeFailure } from '../../checkpoint/failures';
import { makeFolders, removeEmptyFolders } from '../../checkpoint/folders';
import { contentOf, type Packed } from '../../checkpoint/packed/pack';
import { packAndDecode } from '../../checkpoint/packed/pack-and-decode';
import { withoutHistory } from '../../checkpoint/provenance';
import { checkText } from '../../checkpoint/packed/unpack';
import { plannedSizes } from '../../checkpoint/sizes';
import type { ModelContent } from '../../checkpoint/types';
import { ProgressMeter } from '../../progress-meter';
import { fill } from '../../checkpoint/whole-read';
import type { Progress } from '../../../protocol/measure';
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
  readonly onProgress?: (progress: Progress) => void;
}

/** A model in memory as it would be in a packed file. */
export interface PackedModel {
  readonly packed: Packed;
  /** Waits until the file is decoded. @throws UserError where it holds something else than was packed */
  readonly proof: (name: string) => Promise<void>;
  /** Returns the sizes of the file that was written. */
  readonly sizesOf: (file: string, bytes: number) => Promise<PackedSizes>;
}

/** Packs a model and writes nothing. @throws CancelledError */
export async function packWith(
  given: ModelContent,
  { smallWeights, history, exact = false, signal, onProgress }: PackOptions,
): Promise<PackedModel> {
  const { model, largest } = withSmallWeights(history === 'keep' ? given : withoutHistory(given), smallWeights);
  const { weights, ...draft } = encodeForSizes(model);
  const content = contentOf(model, { weights, ...draft });
  const meter = new ProgressMeter('Packing the weights', 2 * weights.byteLength, 'bytes', onProgress);
  const listener = { signal, advance: (bytes: number) => void meter.advance(bytes) };
  const { packed, weightsHash, decodedHash } = await packAndDecode(content, weights, listener);
  const encoded = filesOf(model, weights, { naming: 'kept', weightsHash });
  return {
    packed,
    proof: async (name) => {
      const text = checkText(packed.bytes, name, () => undefined);
      if (!Buffer.from(content.text).equals(text) || (await decodedHash) !== weightsHash)
        throw new UserError(`The packed weights of "${name}" are not those of the model: pack again.`);
    },
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
  // Ends the decoding where the file cannot be written.
  const over = new AbortController();
  const signal = AbortSignal.any([over.signal, ...(options.signal ? [options.signal] : [])]);
  try {
    return await writeProven(file, given, { ...options, signal });
  } catch (error) {
    over.abort();
    throw error;
  }
}

async function writeProven(file: string, given: ModelContent, options: PackOptions): Promise<PackedSizes> {
  const { packed, proof, sizesOf } = await packWith(given, options);
  // That took a while.
  await refuseExisting(file);
  const folder = path.dirname(file);
  const { signal } = options;
  // The file has the bytes in memory, and these have the weights.
  const check = async (temporary: string): Promise<void> => {
    if (!(await holds(temporary, packed.bytes)))
      throw new UserError(
        `The file that was written to "${file}" reads back as another: check the disk, and pack again.`,
      );
    await proof(path.basename(file));
  };
  let made: string | undefined;
  try {
    made = await makeFolders(folder);
    await placeFile(folder, path.basename(file), packed.bytes, { signal, check });
    await syncFolder(folder);
  } catch (error) {
    if (made !== undefined) await removeEmptyFolders(folder, made);
    throw writeFailure(folder, error);
  }
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
