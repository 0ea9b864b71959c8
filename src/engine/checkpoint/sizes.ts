import { createReadStream } from 'node:fs';
import path from 'node:path';
import { Readable, type Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, createBrotliCompress, createGzip } from 'node:zlib';
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

async function measure(sources: readonly (() => Readable)[], options: SizeOptions): Promise<FileSizes> {
  const { signal } = options;
  const sum = async (compressor: (() => Transform) | undefined) => {
    const sizes = await Promise.all(sources.map((source) => streamedBytes(source(), compressor?.(), signal)));
    return sizes.reduce((total, size) => total + size, 0);
  };
  const [bytes, gzipBytes, brotliBytes] = await Promise.all([
    sum(undefined),
    sum(() => createGzip({ level: 6, chunkSize: CHUNK_BYTES })),
    options.brotli
      ? sum(() => createBrotliCompress({ params: { [constants.BROTLI_PARAM_QUALITY]: 5 } }))
      : Promise.resolve(undefined),
  ]);
  return { bytes, gzipBytes, ...(brotliBytes === undefined ? {} : { brotliBytes }) };
}

async function streamedBytes(
  source: Readable,
  compressor: Transform | undefined,
  signal: AbortSignal | undefined,
): Promise<number> {
  let bytes = 0;
  const counter = async (stream: AsyncIterable<Buffer>) => {
    for await (const chunk of stream) bytes += chunk.byteLength;
  };
  try {
    const options = signal ? { signal } : {};
    await (compressor ? pipeline(source, compressor, counter, options) : pipeline(source, counter, options));
  } catch (error) {
    if (signal?.aborted) throw new CancelledError();
    throw error;
  }
  return bytes;
}

function* chunks(bytes: Uint8Array): Generator<Uint8Array> {
  for (let start = 0; start < bytes.byteLength; start += CHUNK_BYTES) yield bytes.subarray(start, start + CHUNK_BYTES);
}
