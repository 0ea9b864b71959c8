import { createHash } from 'node:crypto';
import { UserError } from '../../../../protocol/errors';
import { withDataFile, type DataFile } from '../../files/data-file';
import type { Numbers } from '../../values';

/** Limit of the bytes of a dataset file: 1 GiB. */
export const MAX_BYTES = 2 ** 30;
/** Every gzipped file may unpack to 64 MiB; to more only up to a multiple of its own size. */
const FREE_BYTES = 2 ** 26;
const MOST_TIMES = 64;

/** The numbers of an IDX file, row-major. */
export interface IdxArray {
  /** The number of examples, then the sizes of one. */
  readonly sizes: readonly number[];
  readonly numbers: Numbers;
  /** SHA-256 of the whole file, unpacked, hex. */
  readonly sha256: string;
}

/** The allowed content of one kind of IDX file. */
export interface Kind {
  readonly what: 'images' | 'labels';
  /** Numbers of sizes that the header may have. */
  readonly ranks: readonly number[];
  /** The usual first number of the file. */
  readonly usual: number;
}

export const IMAGES: Kind = { what: 'images', ranks: [2, 3, 4], usual: 2051 };
export const LABELS: Kind = { what: 'labels', ranks: [1], usual: 2049 };

/** Layout of the numbers of a type, big-endian. */
interface NumberType {
  readonly bytes: number;
  decode(view: DataView, count: number): Numbers;
}

const typed = <T extends Numbers>(
  bytes: number,
  array: new (count: number) => T,
  read: (view: DataView, at: number) => T[number],
): NumberType => ({
  bytes,
  decode: (view, count) => {
    const numbers = new array(count);
    for (let i = 0; i < count; i++) numbers[i] = read(view, i * bytes);
    return numbers;
  },
});

/** By the third byte of the file. */
const TYPES: ReadonlyMap<number, NumberType> = new Map([
  [0x08, { bytes: 1, decode: (view: DataView) => new Uint8Array(view.buffer, view.byteOffset, view.byteLength) }],
  [0x09, typed(1, Int8Array, (view, at) => view.getInt8(at))],
  [0x0b, typed(2, Int16Array, (view, at) => view.getInt16(at))],
  [0x0c, typed(4, Int32Array, (view, at) => view.getInt32(at))],
  [0x0d, typed(4, Float32Array, (view, at) => view.getFloat32(at))],
  [0x0e, typed(8, Float64Array, (view, at) => view.getFloat64(at))],
]);

/** The content that the header of an IDX file announces. */
interface Announced {
  readonly sizes: readonly number[];
  readonly type: NumberType;
  /** Bytes that follow. */
  readonly length: number;
  /** Their kind, in words. */
  readonly words: string;
}

/**
 * Reads an IDX file, gzipped or not: two zeros, the type, the number of sizes, the sizes, then the numbers, big-endian.
 * The announced size is checked before memory is allocated. @throws UserError
 */
export const readIdxFile = (file: string, kind: Kind): Promise<IdxArray> =>
  withDataFile(file, (source) => readIdx(source, file, kind));

/**
 * Reads the header first, then at most the announced bytes and one more piece, which shows whether there are too many.
 * @throws UserError
 */
export async function readIdx(source: DataFile, file: string, kind: Kind): Promise<IdxArray> {
  let header = new Uint8Array(4);
  let [at, found]: [number, number] = [0, 0];
  let announced: Announced | undefined;
  let body = new Uint8Array(0);
  for await (const piece of source.bytes) {
    let rest = piece;
    while (!announced && rest.length > 0) {
      const part = rest.subarray(0, header.length - at);
      header.set(part, at);
      at += part.length;
      rest = rest.subarray(part.length);
      if (at < header.length) continue;
      if (at === 4) {
        const whole = new Uint8Array(4 + 4 * checkMagic(header, file, kind));
        whole.set(header);
        header = whole;
        continue;
      }
      announced = announcement(header, source, file, kind);
      body = new Uint8Array(announced.length);
    }
    body.set(rest.subarray(0, body.length - found), found);
    found += rest.length;
    if (announced && found > body.length) break;
  }
  if (at < 4) checkMagic(header.subarray(0, at), file, kind);
  if (!announced) throw new UserError(`The dataset file ${file} is cut short: it ends within its header.`);
  if (found !== body.length) throw mismatch(file, announced, found);
  const { sizes, type } = announced;
  return {
    sizes,
    numbers: type.decode(new DataView(body.buffer), body.length / type.bytes),
    sha256: createHash('sha256').update(header).update(body).digest('hex'),
  };
}

/** Returns the number of sizes that follow. @throws UserError */
function checkMagic(header: Uint8Array, file: string, { what, ranks, usual }: Kind): number {
  const found = header.length >= 4 ? new DataView(header.buffer, header.byteOffset).getUint32(0) : undefined;
  const rank = header[3] ?? 0;
  if (found === undefined || found > 0xffff || !TYPES.has(header[2]!) || !ranks.includes(rank))
    throw new UserError(
      `The dataset file ${file} is no IDX file of ${what}: it must start with the number ${usual}, not ${found ?? 'nothing'}.`,
    );
  return rank;
}

/** Reads the rest of the header before any memory is allocated. */
function announcement(header: Uint8Array, { size, packed }: DataFile, file: string, { what }: Kind): Announced {
  const view = new DataView(header.buffer, header.byteOffset);
  const sizes = Array.from({ length: header.length / 4 - 1 }, (_, i) => view.getUint32(4 + 4 * i));
  const [count, ...inner] = sizes;
  if (inner.includes(0)) throw new UserError(`The dataset file ${file} says that its ${what} are empty.`);
  const words = `${count} ${what}${inner.length > 0 ? ` of ${inner.join('x')}` : ''}`;
  const type = TYPES.get(header[2]!)!;
  const length = sizes.reduce((product, one) => product * one, type.bytes);
  if (length > MAX_BYTES)
    throw new UserError(
      `The dataset file ${file} announces ${words}, that is ${length} bytes, more than the 1 GiB that can be opened: use fewer or smaller images.`,
    );
  if (packed && length > FREE_BYTES + MOST_TIMES * size)
    throw new UserError(
      `The dataset file ${file} announces ${words}, that is ${length} bytes, which ${size} packed bytes do not hold: unpack it, or get it again.`,
    );
  const announced = { sizes, type, words, length };
  if (!packed && size !== header.length + length) throw mismatch(file, announced, size - header.length);
  return announced;
}

function mismatch(file: string, { words, length }: Announced, found: number): UserError {
  return new UserError(
    found > length
      ? `The dataset file ${file} is too long: its header announces ${words}, that is ${length} bytes, and at least ${length + 1} follow.`
      : `The dataset file ${file} is cut short: its header announces ${words}, that is ${length} bytes, and ${found} follow.`,
  );
}
