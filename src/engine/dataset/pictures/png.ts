import { inflateSync } from 'node:zlib';
import { convertIndexedToRgb, decode, type DecodedPng } from 'fast-png';
import { letters } from './header';
import { withoutAlpha } from './color';
import type { Pixels } from './picture';

/** The chunks that decide the pixels. Others are skipped, such as profiles that unpack to gigabytes. */
const NEEDED = new Set(['IHDR', 'PLTE', 'IDAT', 'IEND']);
const SIGNATURE_BYTES = 8;
/** Length, name and checksum of a chunk. */
const FRAME_BYTES = 12;

/** Decodes a PNG file; its transparency is left out, 16 bits become 8. @throws Error where it is damaged */
export function decodePng(bytes: Uint8Array, channels: 1 | 3): Pixels {
  const picture = decode(safe(bytes));
  const { width, height } = picture;
  if (picture.palette) return { width, height, channels: 3, data: inColors(picture) };
  const data = inBytes(picture);
  if (picture.channels === 2) return { width, height, channels: 1, data: data.filter((_, i) => i % 2 === 0) };
  if (picture.channels === 4) return withoutAlpha({ width, height, data }, 3);
  return { width, height, channels, data };
}

function inColors(picture: DecodedPng): Uint8Array {
  const colors = convertIndexedToRgb(picture);
  return Uint8Array.from(colors);
}

/** Removes all chunks but those that decide the pixels. @throws Error where the pixels do not fit the header */
function safe(bytes: Uint8Array): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const kept: Uint8Array[] = [bytes.subarray(0, SIGNATURE_BYTES)];
  const packed: Uint8Array[] = [];
  let name = '';
  for (let at = SIGNATURE_BYTES; name !== 'IEND';) {
    const length = view.getUint32(at);
    name = letters(view, at + 4);
    if (at + FRAME_BYTES + length > bytes.length) throw new Error('it is cut short');
    if (NEEDED.has(name)) kept.push(bytes.subarray(at, at + FRAME_BYTES + length));
    if (name === 'IDAT') packed.push(bytes.subarray(at + 8, at + 8 + length));
    at += FRAME_BYTES + length;
  }
  // Unpacks no more than the header announces: interlaced pictures have at most eight bytes a row more.
  const [width, height, depth, color] = [view.getUint32(16), view.getUint32(20), view.getUint8(24), view.getUint8(25)];
  const samples = ([1, 1, 3, 1, 2, 1, 4] as const)[color] ?? 4;
  const most = height * (Math.ceil((width * samples * depth) / 8) + 1) + 16 * (width + height) + 64;
  inflateSync(Buffer.concat(packed), { maxOutputLength: most });
  return Buffer.concat(kept);
}

/** Converts samples of any depth to bytes. */
function inBytes({ width, height, channels, depth, data }: DecodedPng): Uint8Array {
  if (depth === 16) return Uint8Array.from(data, (value) => Math.round(value / 257));
  if (depth === 8) return Uint8Array.from(data);
  const row = Math.ceil((width * channels * depth) / 8);
  const [most, perByte] = [2 ** depth - 1, 8 / depth];
  const out = new Uint8Array(width * height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const byte = data[y * row + Math.floor(x / perByte)]!;
      out[y * width + x] = (((byte >> (8 - depth * ((x % perByte) + 1))) & most) * 255) / most;
    }
  return out;
}
