import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import writeFileAtomic from 'write-file-atomic';
import { CancelledError, UserError } from '../../protocol/errors';
import type { Progress } from '../../protocol/measure';
import { ProgressMeter } from '../progress-meter';
import type { Download, NamedDataset } from './named';
import { filesInTar } from './tar';

const unzip = promisify(gunzip);

/** A server that stays silent this long counts as out of reach: milliseconds. */
const SILENCE_MS = 15_000;

export interface DownloadOptions {
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: Progress) => void) | undefined;
  /** Another address with the same files, ending in a slash. */
  address?: string | undefined;
}

/**
 * Downloads the files of a dataset into `folder`. Checks each against its SHA-256 before it is kept; the files appear
 * when all are right. Throws UserError, CancelledError, or any error of `fetch`.
 */
export async function downloadDataset(
  dataset: NamedDataset,
  folder: string,
  options: DownloadOptions = {},
): Promise<void> {
  const total = dataset.downloads.reduce((sum, { bytes }) => sum + bytes, 0);
  const pace = new ProgressMeter(`downloading ${dataset.title}`, total, 'bytes', options.onProgress);
  const files: [string, Uint8Array][] = [];
  for (const download of dataset.downloads) {
    const url = `${options.address ?? dataset.address}${download.name}`;
    const bytes = await fetchBytes(url, dataset, options.signal, (count) => pace.advance(count));
    const content = await checked(bytes, download, dataset, url);
    if (dataset.archived === undefined) files.push([download.name, bytes]);
    else files.push(...unpacked(content, dataset, url));
  }
  await mkdir(folder, { recursive: true });
  for (const [name, bytes] of files) await writeFileAtomic(path.join(folder, name), Buffer.from(bytes));
}

async function fetchBytes(
  url: string,
  dataset: NamedDataset,
  signal: AbortSignal | undefined,
  onBytes: (count: number) => void,
): Promise<Uint8Array> {
  const silence = new AbortController();
  let timer = setTimeout(() => silence.abort(new Error(`no answer from ${url}`)), SILENCE_MS);
  try {
    const response = await fetch(url, { signal: AbortSignal.any([silence.signal, ...(signal ? [signal] : [])]) });
    if (!response.ok || !response.body) throw new Error(`${url} answered with status ${response.status}`);
    if (Number(response.headers.get('content-length')) > dataset.mostBytes) throw tooLarge(url, dataset);
    const chunks: Uint8Array[] = [];
    let received = 0;
    for await (const chunk of response.body as ReadableStream<Uint8Array>) {
      clearTimeout(timer);
      timer = setTimeout(() => silence.abort(new Error(`${url} fell silent`)), SILENCE_MS);
      received += chunk.length;
      // Leaving the loop closes the connection.
      if (received > dataset.mostBytes) throw tooLarge(url, dataset);
      chunks.push(chunk);
      onBytes(chunk.length);
    }
    return Buffer.concat(chunks);
  } catch (error) {
    if (signal?.aborted) throw new CancelledError();
    throw error;
  } finally {
    clearTimeout(timer);
    // Cancels the rest of the answer.
    silence.abort();
  }
}

const tooLarge = (url: string, { title }: NamedDataset): UserError =>
  new UserError(`The file ${url} is larger than any of ${title}, so it was not fetched: try again later.`);

/** Returns the content of a file, after gzip. @throws UserError where it is not the right file */
async function checked(
  packed: Uint8Array,
  { sha256, of }: Download,
  { title, mostBytes }: NamedDataset,
  url: string,
): Promise<Uint8Array> {
  let content: Uint8Array;
  try {
    content = await unzip(packed, { maxOutputLength: mostBytes });
  } catch (cause) {
    throw new UserError(`The file ${url} arrived damaged: try again later.`, { cause });
  }
  const sum = createHash('sha256').update(of === 'file' ? packed : content);
  if (sum.digest('hex') === sha256) return content;
  throw new UserError(
    `The file ${url} is not the file of ${title} that it should be, its checksum differs: try again later.`,
  );
}

/**
 * Unpacks the files of the dataset from an archive, by their own names. Paths in the archive are ignored, so all lie in
 * one folder.
 */
function unpacked(archive: Uint8Array, { title, files, archived }: NamedDataset, url: string): [string, Uint8Array][] {
  const found = new Map<string, Uint8Array>();
  for (const { name, bytes } of filesInTar(archive)) {
    const own = path.posix.basename(name);
    if (files.includes(own) && bytes.length === archived) found.set(own, bytes);
  }
  const missing = files.find((name) => !found.has(name));
  if (missing === undefined) return [...found];
  throw new UserError(`The archive ${url} lacks ${missing} of ${title}: try again later.`);
}
