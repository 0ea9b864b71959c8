import { UserError } from '../../../protocol/errors';
import { jpegHeader } from './jpeg-header';
import { MOST_PIXELS, type PictureHeader } from './picture';

/** Bytes at the start of a file that contain its header, except for JPEG files with long metadata. */
export const HEADER_BYTES = 64 * 1024;

/** File extensions of pictures. */
const ENDS = /\.(png|jpe?g|jfif|webp|bmp|dib)$/i;

/** Returns true for the name of a picture that Secateur reads. */
export const isPictureName = (name: string): boolean => ENDS.test(name);

/**
 * Reads the header of a picture, under any file name.
 * @param bytes the beginning of its file
 * @param name for messages
 * @throws UserError where it is not a picture that Secateur reads, or too large
 */
export function readPictureHeader(bytes: Uint8Array, name: string): PictureHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let header: PictureHeader | undefined;
  try {
    header = pngHeader(view) ?? jpegHeader(view) ?? webpHeader(view) ?? bmpHeader(view);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new UserError(`The picture ${name} is cut short: get it again, or leave it out.`, { cause });
  }
  if (!header)
    throw new UserError(`The file ${name} is not a picture that Secateur reads (PNG, JPEG, WebP, BMP): leave it out.`);
  const { width, height } = header;
  if (width < 1 || height < 1) throw new UserError(`The picture ${name} has no pixels: leave it out.`);
  if (width * height > MOST_PIXELS)
    throw new UserError(`The picture ${name} has ${width}x${height} pixels, more than can be opened: make it smaller.`);
  return header;
}

/** Returns four letters at an offset. */
export const letters = (view: DataView, at: number): string =>
  String.fromCharCode(view.getUint8(at), view.getUint8(at + 1), view.getUint8(at + 2), view.getUint8(at + 3));

function pngHeader(view: DataView): PictureHeader | undefined {
  if (view.byteLength < 8 || view.getUint32(0) !== 0x89504e47 || view.getUint32(4) !== 0x0d0a1a0a) return undefined;
  const gray = view.getUint8(25) === 0 || view.getUint8(25) === 4;
  return { format: 'png', width: view.getUint32(16), height: view.getUint32(20), channels: gray ? 1 : 3 };
}

function webpHeader(view: DataView): PictureHeader | undefined {
  if (view.byteLength < 12 || letters(view, 0) !== 'RIFF' || letters(view, 8) !== 'WEBP') return undefined;
  const [width, height] = webpSize(view);
  return { format: 'webp', width, height, channels: 3 };
}

function webpSize(view: DataView): [number, number] {
  const uint24 = (at: number): number => view.getUint16(at, true) + view.getUint8(at + 2) * 0x10000;
  switch (letters(view, 12)) {
    case 'VP8 ':
      return [view.getUint16(26, true) & 0x3fff, view.getUint16(28, true) & 0x3fff];
    case 'VP8L': {
      const bits = view.getUint32(21, true);
      return [1 + (bits & 0x3fff), 1 + ((bits >>> 14) & 0x3fff)];
    }
    case 'VP8X':
      return [1 + uint24(24), 1 + uint24(27)];
    default:
      return [0, 0];
  }
}

function bmpHeader(view: DataView): PictureHeader | undefined {
  if (view.byteLength < 2 || view.getUint16(0) !== 0x424d) return undefined;
  const [size, bits] = [view.getUint32(14, true), view.getUint16(28, true)];
  const channels = bits <= 8 && isGrayPalette(view, 14 + size, view.getUint32(46, true) || 2 ** bits) ? 1 : 3;
  return { format: 'bmp', width: view.getInt32(18, true), height: Math.abs(view.getInt32(22, true)), channels };
}

function isGrayPalette(view: DataView, at: number, colors: number): boolean {
  for (let i = at; i < at + 4 * Math.min(colors, 256); i += 4)
    if (view.getUint8(i) !== view.getUint8(i + 1) || view.getUint8(i) !== view.getUint8(i + 2)) return false;
  return true;
}
