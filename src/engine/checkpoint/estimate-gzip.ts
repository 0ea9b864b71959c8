import { promisify } from 'node:util';
import {
  brotliCompress as brotliCompressCallback,
  constants,
  deflateRaw as deflateRawCallback,
  type BrotliOptions,
  type ZlibOptions,
} from 'node:zlib';

const deflateRaw = promisify<Uint8Array, ZlibOptions, Buffer>(deflateRawCallback);
const brotliCompress = promisify<Uint8Array, BrotliOptions, Buffer>(brotliCompressCallback);

/** Settings of brotli: quality 5. */
export const BROTLI: BrotliOptions = { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } };

/** A file that is read in places. */
export interface Place {
  readonly bytes: number;
  read(offset: number, length: number): Promise<Uint8Array> | Uint8Array;
}

/** Samples, and bytes of each. They lie at equal distances, so that each part of the weights counts by its size. */
const SAMPLES = 80;
const SAMPLE_BYTES = 64 * 1024;
/** Bytes in which gzip looks for what comes again; those before a sample are given to it. */
const WINDOW_BYTES = 32 * 1024;
/** Bytes of the header and end of gzip. */
const FRAME_BYTES = 18;

/** Estimates the bytes of files, each gzipped at level 6, from 5 MiB of them. @param files each of any size */
export const estimatedGzip = (files: readonly Place[], signal?: AbortSignal): Promise<number> =>
  estimated(files, gzipped, signal);

/** Estimates the bytes of files, each compressed by brotli at quality 5, in the same way. */
export const estimatedBrotli = (files: readonly Place[], signal?: AbortSignal): Promise<number> =>
  estimated(files, brotlied, signal);

/** Returns the bytes that a sample takes after the bytes before it. */
type Compressor = (sample: Uint8Array, before: Uint8Array) => Promise<number>;

async function estimated(files: readonly Place[], compress: Compressor, signal?: AbortSignal): Promise<number> {
  const starts: number[] = [];
  const all = files.reduce((sum, { bytes }) => (starts.push(sum), sum + bytes), 0);
  const count = Math.min(SAMPLES, Math.ceil(all / SAMPLE_BYTES));
  // All samples wait for the thread pool at once: it compresses four at a time.
  const ratios = await Promise.all(
    Array.from({ length: count }, async (_, i) => {
      signal?.throwIfAborted();
      const middle = ((i + 0.5) * all) / count;
      const place = starts.findLastIndex((start) => start <= middle);
      const { bytes } = files[place]!;
      const length = Math.min(SAMPLE_BYTES, bytes);
      // Floats are whole in a sample: from an odd byte on they would look the same, but not to a test.
      const start = 4 * Math.floor(Math.max(0, Math.min(bytes - length, middle - starts[place]! - length / 2)) / 4);
      return ratioOf(files[place]!, start, length, compress);
    }),
  );
  const ratio = ratios.reduce((sum, one) => sum + one, 0) / Math.max(1, count);
  return Math.round(all * ratio) + FRAME_BYTES * files.length;
}

async function ratioOf(file: Place, start: number, length: number, compress: Compressor): Promise<number> {
  const before = Math.min(WINDOW_BYTES, start);
  const bytes = await file.read(start - before, before + length);
  return length === 0 ? 1 : (await compress(bytes.subarray(before), bytes.subarray(0, before))) / length;
}

const gzipped: Compressor = async (sample, before) => {
  const compressed = await deflateRaw(sample, {
    level: 6,
    // A last block would end early.
    finishFlush: constants.Z_SYNC_FLUSH,
    ...(before.byteLength === 0 ? {} : { dictionary: before }),
  });
  return compressed.byteLength;
};

/** Node.js gives brotli no dictionary: the bytes before are compressed too, and what they take is left out. */
const brotlied: Compressor = async (sample, before) => {
  const sizes = await Promise.all(
    [before, Buffer.concat([before, sample])].map(async (bytes) => (await brotliCompress(bytes, BROTLI)).byteLength),
  );
  return Math.max(0, sizes[1]! - sizes[0]!);
};
