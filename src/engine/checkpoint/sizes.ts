import { createReadStream } from 'node:fs';
import path from 'node:path';
import { PassThrough, Readable, type Transform } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { brotliCompress as brotliCompressCallback, constants, createGzip } from 'node:zlib';
import { CancelledError } from '../../protocol/errors';
import { encodeCheckpoint, type EncodedCheckpoint } from './encode';
import { readFailure } from './failures';
import type { Checkpoint, ModelContent } from './types';

/** Bytes of the files of a checkpoint: as they are, and each compressed by itself. */
export interface FileSizes {
  readonly bytes: number;
  /** gzip at level 6. */
  readonly gzipBytes: number;
  /** brotli at quality 5. */
  readonly brotliBytes?: number;
}

/** How sizes are measured. */
export interface SizeOptions {
  readonly brotli?: boolean;
  readonly signal?: AbortSignal;
}

const brotliCompress = promisify(brotliCompressCallback);
const CHUNK_BYTES = 256 * 1024;

/**
 * Sizes of a checkpoint's real files on disk. Compression runs on the thread pool, so that the event loop stays free.
 * @throws UserError when a file is gone, CancelledError when `signal` aborts
 */
export async function fileSizes(checkpoint: Checkpoint, options: SizeOptions = {}): Promise<FileSizes> {
  const sources = checkpoint.files.map(({ name }) => {
    const file = name === path.basename(checkpoint.path) ? checkpoint.path : path.join(checkpoint.folder, name);
    return () => createReadStream(file, { highWaterMark: CHUNK_BYTES });
  });
  try {
    return await measure(sources, options);
  } catch (error) {
    throw readFailure('The checkpoint', checkpoint.path, error);
  }
}

/** The sizes that a model would have if it were written, without writing it; `encoded` is worked out where it is not given. */
export function plannedSizes(
  model: ModelContent,
  options: SizeOptions = {},
  encoded: EncodedCheckpoint = encodeCheckpoint(model),
): Promise<FileSizes> {
  const files = [encoded.modelJson, ...encoded.shards];
  return measure(
    files.map(
      ({ bytes }) =>
        () =>
          Readable.from(chunks(bytes), { objectMode: false }),
    ),
    options,
  );
}

type Source = () => Readable;

async function measure(sources: readonly Source[], { signal, brotli }: SizeOptions): Promise<FileSizes> {
  const sum = async (sizeOf: (source: Source) => Promise<number>) => {
    const sizes = await Promise.all(sources.map(sizeOf));
    return sizes.reduce((total, size) => total + size, 0);
  };
  try {
    const [bytes, gzipBytes, brotliBytes] = await Promise.all([
      sum((source) => streamedBytes(source(), new PassThrough(), signal)),
      sum((source) => streamedBytes(source(), createGzip({ level: 6, chunkSize: CHUNK_BYTES }), signal)),
      brotli ? sum(brotliSize) : undefined,
    ]);
    return { bytes, gzipBytes, ...(brotliBytes === undefined ? {} : { brotliBytes }) };
  } catch (error) {
    if (signal?.aborted) throw new CancelledError();
    throw error;
  }
}

async function streamedBytes(source: Readable, through: Transform, signal: AbortSignal | undefined): Promise<number> {
  let bytes = 0;
  const counter = async (stream: AsyncIterable<Buffer>) => {
    for await (const chunk of stream) bytes += chunk.byteLength;
  };
  await pipeline(source, through, counter, signal ? { signal } : {});
  return bytes;
}

/** In one piece: brotli's output depends on how its input is cut, gzip's does not. */
async function brotliSize(source: Source): Promise<number> {
  const whole = await buffer(source());
  return (await brotliCompress(whole, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } })).byteLength;
}

function* chunks(bytes: Uint8Array): Generator<Uint8Array> {
  for (let start = 0; start < bytes.byteLength; start += CHUNK_BYTES) yield bytes.subarray(start, start + CHUNK_BYTES);
}
