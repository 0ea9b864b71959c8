import { createHash } from 'node:crypto';
import { UserError } from '../../protocol/errors';
import { withSource, type Source } from './source';

/** No dataset file may hold more than this: 1 GiB. */
export const MAX_BYTES = 2 ** 30;
/** A gzipped file may always unpack to so many bytes: 64 MiB; and beyond that to so many times its own size. */
const FREE_BYTES = 2 ** 26;
const MOST_TIMES = 64;

/** Images as stored: `pixels` holds count x height x width bytes, row by row. */
export interface IdxImages {
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly pixels: Uint8Array;
}

/** Labels as stored. */
export interface IdxLabels {
  readonly labels: Uint8Array;
  /** SHA-256 of the whole file, unpacked, hex. */
  readonly sha256: string;
}

/** What the header of an IDX file announces. */
interface Announced {
  readonly sizes: readonly number[];
  /** Bytes that follow. */
  readonly length: number;
  /** What they are, in words. */
  readonly words: string;
}

/** How one kind of IDX file begins. */
interface Kind {
  readonly magic: number;
  readonly what: string;
  /** The sizes of `sizes`, in words. @throws UserError */
  words(sizes: readonly number[], file: string): string;
}

const IMAGES: Kind = {
  magic: 2051,
  what: 'images',
  words: ([count, height, width], file) => {
    if (!height || !width) throw new UserError(`The dataset file ${file} says that its images are empty.`);
    return `${count} images of ${height}x${width}`;
  },
};
const LABELS: Kind = { magic: 2049, what: 'labels', words: ([count]) => `${count} labels` };

/**
 * Reads an IDX file of images, gzipped or not: magic number 2051, then count, height, width (big-endian), then one byte a
 * pixel. Memory is what the header announces, which is checked before it is taken. @throws UserError
 */
export async function readIdxImages(file: string): Promise<IdxImages> {
  const { sizes, body } = await withSource(file, (source) => readIdx(source, file, IMAGES));
  const [count, height, width] = sizes as [number, number, number];
  return { count, height, width, pixels: body };
}

/** Reads an IDX file of labels, gzipped or not: magic number 2049, then the count (big-endian), then one byte a label. @throws UserError */
export async function readIdxLabels(file: string): Promise<IdxLabels> {
  const { header, body } = await withSource(file, (source) => readIdx(source, file, LABELS));
  return { labels: body, sha256: createHash('sha256').update(header).update(body).digest('hex') };
}

interface Read {
  readonly sizes: readonly number[];
  readonly header: Uint8Array;
  readonly body: Uint8Array;
}

/**
 * Reads the header first; then at most the bytes that it announces, and one more piece that tells that there are too many.
 * @throws UserError
 */
export async function readIdx(source: Source, file: string, kind: Kind): Promise<Read> {
  const header = new Uint8Array(4 + 4 * (kind.magic & 0xff));
  let [at, found]: [number, number] = [0, 0];
  let announced: Announced | undefined;
  let body = new Uint8Array(0);
  for await (const piece of source.bytes) {
    let rest = piece;
    if (at < header.length) {
      const part = rest.subarray(0, header.length - at);
      header.set(part, at);
      at += part.length;
      rest = rest.subarray(part.length);
      if (at >= 4) checkMagic(header, file, kind);
      if (at < header.length) continue;
      announced = announcement(header, source, file, kind);
      body = new Uint8Array(announced.length);
    }
    body.set(rest.subarray(0, body.length - found), found);
    found += rest.length;
    if (found > body.length) break;
  }
  if (at < 4) checkMagic(header.subarray(0, at), file, kind);
  if (!announced) throw new UserError(`The dataset file ${file} is cut short: it ends within its header.`);
  if (found !== body.length) throw mismatch(file, announced, found);
  return { sizes: announced.sizes, header, body };
}

function checkMagic(header: Uint8Array, file: string, { magic, what }: Kind): void {
  const found = header.length >= 4 ? new DataView(header.buffer, header.byteOffset).getUint32(0) : undefined;
  if (found !== magic)
    throw new UserError(
      `The dataset file ${file} is no IDX file of ${what}: it must start with the number ${magic}, not ${found ?? 'nothing'}.`,
    );
}

/** What follows the header, which no memory was taken for yet. */
function announcement(header: Uint8Array, { size, packed }: Source, file: string, kind: Kind): Announced {
  const view = new DataView(header.buffer, header.byteOffset);
  const sizes = Array.from({ length: header.length / 4 - 1 }, (_, i) => view.getUint32(4 + 4 * i));
  const words = kind.words(sizes, file);
  const length = sizes.reduce((product, one) => product * one, 1);
  if (length > MAX_BYTES)
    throw new UserError(
      `The dataset file ${file} announces ${words}, that is ${length} bytes, more than the 1 GiB that can be opened: use fewer or smaller images.`,
    );
  if (packed && length > FREE_BYTES + MOST_TIMES * size)
    throw new UserError(
      `The dataset file ${file} announces ${words}, that is ${length} bytes, which ${size} packed bytes do not hold: unpack it, or get it anew.`,
    );
  if (!packed && size !== header.length + length) throw mismatch(file, { sizes, words, length }, size - header.length);
  return { sizes, words, length };
}

function mismatch(file: string, { words, length }: Announced, found: number): UserError {
  const long = found > length;
  return new UserError(
    `The dataset file ${file} is ${long ? 'too long' : 'cut short'}: its header announces ${words}, that is ${length} bytes, ` +
      `and ${long ? `at least ${length + 1}` : found} follow.`,
  );
}
