import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { brotliCompress as brotliCompressCallback, createGzip } from 'node:zlib';
import * as z from 'zod';
import { CancelledError } from '../../protocol/errors';
import { encodeCheckpoint, type EncodedCheckpoint } from './encode';
import { BROTLI, estimatedBrotli, estimatedGzip, type Place } from './estimate-gzip';
import { readFailure } from './failures';
import { lasting, type Session } from './store';
import type { Checkpoint, ModelContent } from './types';
import { fill } from './whole-read';

const bytes = z.number().int().min(0);

/** Bytes of the files of a checkpoint: as they are, and each compressed by itself. */
export const FileSizes = z.object({
  bytes,
  /** gzip at level 6. */
  gzipBytes: bytes,
  /** brotli at quality 5. */
  brotliBytes: bytes.optional(),
  /** Names the figures that were computed from samples. */
  estimated: z.array(z.enum(['gzipBytes', 'brotliBytes'])).optional(),
});
export type FileSizes = Readonly<z.infer<typeof FileSizes>>;

/** From so many bytes on compressed sizes are estimated where that is asked: 32 MiB, more than a second of work. */
const LARGE_BYTES = 32 * 1024 * 1024;

/** Options of measuring sizes. */
export interface SizeOptions {
  readonly brotli?: boolean | undefined;
  /** Estimates compressed sizes of large files. */
  readonly estimate?: boolean;
  readonly signal?: AbortSignal | undefined;
}

const brotliCompress = promisify(brotliCompressCallback);
const CHUNK_BYTES = 4 * 1024 * 1024;

/**
 * Measures the files of a checkpoint on disk. Compression runs on the thread pool, so that the event loop stays free.
 * @throws UserError where a file is gone, CancelledError when `signal` aborts
 */
export async function fileSizes(checkpoint: Checkpoint, options: SizeOptions = {}): Promise<FileSizes> {
  const files = checkpoint.files.map(({ name, bytes }): SizedFile => {
    const file = name === path.basename(checkpoint.path) ? checkpoint.path : path.join(checkpoint.folder, name);
    return {
      bytes,
      stream: () => createReadStream(file, { highWaterMark: CHUNK_BYTES }),
      read: (offset, length) => readPart(file, offset, length),
    };
  });
  try {
    return await measure(files, options);
  } catch (error) {
    throw readFailure('The checkpoint', checkpoint.path, error);
  }
}

async function readPart(file: string, offset: number, length: number): Promise<Uint8Array> {
  const handle = await open(file, 'r');
  try {
    const target = new Uint8Array(length);
    await fill(handle, file, target, offset);
    return target;
  } finally {
    await handle.close();
  }
}

/**
 * Measures the files of an open checkpoint once; estimates gzip of large ones.
 * @param brotli measures brotli too, and estimates nothing
 * @throws UserError, CancelledError
 */
export async function sessionSizes(session: Session, signal: AbortSignal, brotli = false): Promise<FileSizes> {
  const make = (): Promise<FileSizes> => fileSizes(session.checkpoint, { signal, brotli, estimate: !brotli });
  for (;;) {
    try {
      return await lasting(session, brotli ? 'brotli' : 'sizes', FileSizes, make);
    } catch (error) {
      // Another request was cancelled while this one waited for its measurement.
      if (!(error instanceof CancelledError) || signal.aborted) throw error;
    }
  }
}

/** Returns the sizes that a model would have on disk, without writing it; encodes it unless `encoded` is given. */
export function plannedSizes(
  model: ModelContent,
  options: SizeOptions = {},
  encoded: EncodedCheckpoint = encodeCheckpoint(model),
): Promise<FileSizes> {
  const { bytes: text } = encoded.modelJson;
  return measure(
    [
      { bytes: text.byteLength, read: (offset: number, length: number) => text.subarray(offset, offset + length) },
      ...encoded.shards.map((shard) => ({
        bytes: shard.byteLength,
        read: (offset: number, length: number) => shard.read(offset, length),
      })),
    ].map(({ bytes, read }) => ({
      ...{ bytes, read },
      stream: () => Readable.from(chunks(bytes, read), { objectMode: false }),
    })),
    options,
  );
}

interface SizedFile extends Place {
  stream(): Readable;
}

async function measure(files: readonly SizedFile[], { signal, brotli, estimate }: SizeOptions): Promise<FileSizes> {
  const total = files.reduce((sum, file) => sum + file.bytes, 0);
  let [bytes, gzipBytes, brotliBytes] = [0, 0, 0];
  try {
    if (estimate && total >= LARGE_BYTES) return await estimatedSizes(files, total, { brotli, signal });
    // One after another, so that a large checkpoint does not hold a buffer for each of its shards.
    for (const one of files) {
      const file = await streamed(one.stream(), signal);
      bytes += file.bytes;
      gzipBytes += file.gzipBytes;
      if (brotli) brotliBytes += await brotliSize(one);
    }
  } catch (error) {
    if (signal?.aborted) throw new CancelledError();
    throw error;
  }
  return { bytes, gzipBytes, ...(brotli ? { brotliBytes } : {}) };
}

async function estimatedSizes(
  files: readonly SizedFile[],
  bytes: number,
  { brotli = false, signal }: Pick<SizeOptions, 'brotli' | 'signal'>,
): Promise<FileSizes> {
  const gzipBytes = await estimatedGzip(files, signal);
  if (!brotli) return { bytes, gzipBytes, estimated: ['gzipBytes'] };
  return {
    bytes,
    gzipBytes,
    brotliBytes: await estimatedBrotli(files, signal),
    estimated: ['gzipBytes', 'brotliBytes'],
  };
}

async function streamed(source: Readable, signal?: AbortSignal): Promise<Pick<FileSizes, 'bytes' | 'gzipBytes'>> {
  let [bytes, gzipBytes] = [0, 0];
  await pipeline(
    source,
    async function* count(chunks: AsyncIterable<Uint8Array>) {
      for await (const chunk of chunks) {
        bytes += chunk.byteLength;
        yield chunk;
      }
    },
    // Room for a whole chunk: each is one task of the thread pool and does not wait for a busy event loop.
    createGzip({ level: 6, chunkSize: CHUNK_BYTES + 4096 }),
    async (chunks: AsyncIterable<Uint8Array>) => {
      for await (const chunk of chunks) gzipBytes += chunk.byteLength;
    },
    signal ? { signal } : {},
  );
  return { bytes, gzipBytes };
}

/** Compresses in one piece: the output of brotli depends on how its input is divided, that of gzip does not. */
async function brotliSize(file: SizedFile): Promise<number> {
  const whole = await buffer(file.stream());
  return (await brotliCompress(whole, BROTLI)).byteLength;
}

function* chunks(bytes: number, read: (offset: number, length: number) => Uint8Array): Generator<Uint8Array> {
  for (let start = 0; start < bytes; start += CHUNK_BYTES) yield read(start, Math.min(CHUNK_BYTES, bytes - start));
}
