import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { UserError } from '../../protocol/errors';

const unzip = promisify(gunzip);

/** No dataset file may unpack to more than this: 2 GiB. */
const MAX_BYTES = 2 ** 31 - 1;

/** Images as stored: `pixels` holds count x height x width bytes, row by row. */
export interface IdxImages {
  count: number;
  height: number;
  width: number;
  pixels: Uint8Array;
}

/** The bytes of a file, unpacked if it is gzipped (by its content, not its name). Throws UserError. */
export async function readMaybeGzipped(file: string): Promise<Uint8Array> {
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch (cause) {
    throw new UserError(`The dataset file ${file} cannot be read: check that it exists and may be read.`, { cause });
  }
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return await unzip(bytes, { maxOutputLength: MAX_BYTES });
  } catch (cause) {
    throw new UserError(`The dataset file ${file} is damaged or cut short: its gzip data does not unpack.`, { cause });
  }
}

/** Reads an IDX file of images: magic number 2051, then count, height, width (big-endian), then one byte a pixel. Throws UserError. */
export function parseIdxImages(bytes: Uint8Array, file: string): IdxImages {
  const [count, height, width] = header(bytes, file, 2051, 'images') as [number, number, number];
  if (height === 0 || width === 0) throw new UserError(`The dataset file ${file} says that its images are empty.`);
  return {
    count,
    height,
    width,
    pixels: body(bytes, file, 16, count * height * width, `${count} images of ${height}x${width}`),
  };
}

/** Reads an IDX file of labels: magic number 2049, then the count (big-endian), then one byte a label. Throws UserError. */
export function parseIdxLabels(bytes: Uint8Array, file: string): Uint8Array {
  const [count] = header(bytes, file, 2049, 'labels') as [number];
  return body(bytes, file, 8, count, `${count} labels`);
}

function header(bytes: Uint8Array, file: string, magic: number, what: string): number[] {
  const dimensions = magic & 0xff;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found = bytes.byteLength >= 4 ? view.getUint32(0) : undefined;
  if (found !== magic)
    throw new UserError(
      `The dataset file ${file} is no IDX file of ${what}: it must start with the number ${magic}, not ${found ?? 'nothing'}.`,
    );
  if (bytes.byteLength < 4 + 4 * dimensions)
    throw new UserError(`The dataset file ${file} is cut short: it ends within its header.`);
  return Array.from({ length: dimensions }, (_, i) => view.getUint32(4 + 4 * i));
}

function body(bytes: Uint8Array, file: string, offset: number, length: number, what: string): Uint8Array {
  const found = bytes.byteLength - offset;
  if (found !== length)
    throw new UserError(
      `The dataset file ${file} is ${found < length ? 'cut short' : 'too long'}: its header announces ${what}, ` +
        `that is ${length} bytes, and ${found} follow.`,
    );
  return bytes.subarray(offset);
}
