import { createHash } from 'node:crypto';
import * as z from 'zod';
import { CHECKSUM, HEAD } from '../../../loader/head';
import { CHECK_START, checkOf, formatOf } from '../../../loader/packed-file';
import { primedModel } from '../../../loader/primed-model';
import { readText } from '../../../loader/text-model';
import { WeightEntry } from '../../../protocol/checkpoint';
import { shapeSize } from '../dtype';
import { packing, type PackedParts } from './pack';
import { OutgrownError } from './range-encoder';
import { RangeReader, type Arriving } from './range-reader';
import { moreThan, SharedBytes, tellCount } from './shared-bytes';
import { WeightsReader } from './weights-reader';

/** Work on a packed file: to write it in shared memory, or to decode it while it is written there. */
export const PackedJob = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('pack'),
    content: z.object({
      text: z.custom<Uint8Array>((value) => value instanceof Uint8Array),
      entries: z.array(WeightEntry),
      lengths: z.array(z.number()),
    }),
    /** Counts tensors, each of which is put in once the one before is packed. */
    source: SharedBytes,
    file: SharedBytes,
  }),
  z.object({ kind: z.literal('decode'), entries: z.array(WeightEntry), file: SharedBytes }),
]);
export type PackedJob = z.infer<typeof PackedJob>;

const Packed = z.object({
  length: z.number(),
  sha256: z.string(),
  textBits: z.number(),
  tensorBits: z.map(z.string(), z.number()),
}) satisfies z.ZodType<PackedParts>;

/** SHA-256 of the decoded weights, hex; undefined where they cannot be decoded. */
const Decoded = z.object({ weightsHash: z.string().optional() });

/** What a job found; undefined where the file is longer than its memory. */
export const PackedResult = z.object({ packed: Packed.optional(), decoded: Decoded.optional() });
export type PackedResult = z.infer<typeof PackedResult>;

/**
 * Does a part of a job each time that it is asked for the next; returns the result.
 * @param advance hears of bytes of weights that are done
 */
export function* packedSteps(job: PackedJob, advance: (bytes: number) => void): Generator<void, PackedResult> {
  if (job.kind === 'decode') {
    const { entries, file } = job;
    const { bytes } = file;
    return { decoded: yield* decoding({ bytes, moreThan: (known) => moreThan(file, known) }, entries, advance) };
  }
  const { content, source, file } = job;
  const tensor = (place: number): Uint8Array => {
    moreThan(source, place);
    return source.bytes.subarray(0, content.lengths[place]);
  };
  const shared = { bytes: file.bytes, tell: (count: number) => tellCount(file, count) };
  try {
    const { bytes, ...parts } = yield* packing(content, tensor, { shared, advance });
    tellCount(file, bytes.byteLength, true);
    return { packed: { ...parts, tensorBits: new Map(parts.tensorBits), length: bytes.byteLength } };
  } catch (error) {
    if (!(error instanceof OutgrownError)) throw error;
    return {};
  }
}

/** Decodes the weights of a packed file and hashes them, a tensor each time that it is asked for the next. */
export function* decoding(
  file: Arriving,
  entries: readonly WeightEntry[],
  advance: (bytes: number) => void,
): Generator<void, z.infer<typeof Decoded>> {
  try {
    const coder = new RangeReader(file, HEAD.length, CHECKSUM);
    const reader = new WeightsReader(coder);
    const textBytes = reader.parameter();
    const weightBytes = reader.parameter();
    readText(coder.asDecoder(), primedModel(textBytes), textBytes);
    const hash = createHash('sha256');
    let [check, done] = [CHECK_START, 0];
    for (const entry of entries) {
      const [size, mantissa] = formatOf(entry);
      const counted = entry.dtype === 'string' || entry.dtype === 'complex64';
      const count = counted ? reader.parameter() : shapeSize(entry.shape);
      reader.tensor({ count, size, mantissa }, ({ buffer, byteOffset, byteLength }) => {
        const bytes = new Uint8Array(buffer, byteOffset, byteLength);
        check = checkOf(bytes, check);
        hash.update(bytes);
        done += byteLength;
        advance(byteLength);
      });
      yield;
    }
    return done === weightBytes && coder.raw(31) === check >>> 1 ? { weightsHash: hash.digest('hex') } : {};
  } catch {
    // The decoder throws errors of many kinds for bytes that no encoder writes.
    return {};
  }
}
