import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import writeFileAtomic from 'write-file-atomic';
import { CancelledError, UserError } from '../../protocol/errors';
import type { Progress } from '../../protocol/measure';
import { ProgressMeter } from '../progress-meter';
import { CONTENT_SHA256, FILE_NAMES, OFFICIAL_ADDRESS, PARTS, type Part } from './fashion-mnist';

const unzip = promisify(gunzip);

/** Bytes of the four packed files at the official address; for the progress bar only. */
const TOTAL_BYTES = 30_878_645;

/** No file may have more bytes than this, packed or unpacked: 64 MiB; the largest has 26 MB packed and 47 MB unpacked. */
const MOST_BYTES = 64 * 1024 * 1024;

/** A server that stays silent this long counts as out of reach: milliseconds. */
const SILENCE_MS = 15_000;

export interface DownloadOptions {
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: Progress) => void) | undefined;
  /** Another address with the same files, ending in a slash. */
  address?: string | undefined;
}

/**
 * Fetches the four files of Fashion-MNIST into `folder`; each is checked against its SHA-256 before it is kept, and the
 * files appear together, when all are right. Throws UserError, CancelledError, or whatever `fetch` throws.
 */
export async function downloadFashionMnist(folder: string, options: DownloadOptions = {}): Promise<void> {
  const address = options.address ?? OFFICIAL_ADDRESS;
  const pace = new ProgressMeter('downloading Fashion-MNIST', TOTAL_BYTES, 'bytes', options.onProgress);
  const files: [Part, Uint8Array][] = [];
  for (const part of PARTS) {
    const url = `${address}${FILE_NAMES[part]}.gz`;
    const bytes = await fetchBytes(url, options.signal, (count) => pace.advance(count));
    await check(part, bytes, url);
    files.push([part, bytes]);
  }
  await mkdir(folder, { recursive: true });
  for (const [part, bytes] of files)
    await writeFileAtomic(path.join(folder, `${FILE_NAMES[part]}.gz`), Buffer.from(bytes));
}

async function fetchBytes(
  url: string,
  signal: AbortSignal | undefined,
  onBytes: (count: number) => void,
): Promise<Uint8Array> {
  const silence = new AbortController();
  let timer = setTimeout(() => silence.abort(new Error(`no answer from ${url}`)), SILENCE_MS);
  try {
    const response = await fetch(url, { signal: AbortSignal.any([silence.signal, ...(signal ? [signal] : [])]) });
    if (!response.ok || !response.body) throw new Error(`${url} answered with status ${response.status}`);
    if (Number(response.headers.get('content-length')) > MOST_BYTES) throw tooLarge(url);
    const chunks: Uint8Array[] = [];
    let received = 0;
    for await (const chunk of response.body as ReadableStream<Uint8Array>) {
      clearTimeout(timer);
      timer = setTimeout(() => silence.abort(new Error(`${url} fell silent`)), SILENCE_MS);
      received += chunk.length;
      // Leaving the loop closes the connection.
      if (received > MOST_BYTES) throw tooLarge(url);
      chunks.push(chunk);
      onBytes(chunk.length);
    }
    return Buffer.concat(chunks);
  } catch (error) {
    if (signal?.aborted) throw new CancelledError();
    throw error;
  } finally {
    clearTimeout(timer);
    // Whatever has not been read is not waited for.
    silence.abort();
  }
}

const tooLarge = (url: string): UserError =>
  new UserError(`The file ${url} is larger than any of Fashion-MNIST, so it was not fetched: try again later.`);

async function check(part: Part, packed: Uint8Array, url: string): Promise<void> {
  let content: Uint8Array;
  try {
    content = await unzip(packed, { maxOutputLength: MOST_BYTES });
  } catch (cause) {
    throw new UserError(`The file ${url} arrived damaged: try again later.`, { cause });
  }
  if (createHash('sha256').update(content).digest('hex') !== CONTENT_SHA256[part])
    throw new UserError(`The file ${url} is not the Fashion-MNIST file it should be: its checksum differs.`);
}
