import { withoutAlpha } from './color';
import type { Pixels } from './picture';

/** Uncompressed, or with masks that say which bits are which color. */
const [PLAIN, MASKS, MASKS_WITH_ALPHA] = [0, 3, 6];

/** Decodes an uncompressed BMP file of 1, 4, 8, 16, 24 or 32 bits a pixel; its transparency is left out. @throws Error */
export function decodeBmp(bytes: Uint8Array, channels: 1 | 3): Pixels {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [start, header] = [view.getUint32(10, true), view.getUint32(14, true)];
  const [width, signed] = [view.getInt32(18, true), view.getInt32(22, true)];
  const [bits, coding, colors] = [view.getUint16(28, true), view.getUint32(30, true), view.getUint32(46, true)];
  if (![PLAIN, MASKS, MASKS_WITH_ALPHA].includes(coding)) throw new Error('it is compressed');
  if (![1, 4, 8, 16, 24, 32].includes(bits)) throw new Error(`it has ${bits} bits a pixel`);
  const height = Math.abs(signed);
  const stride = Math.ceil((width * bits) / 32) * 4;
  if (start + stride * height > bytes.length) throw new Error('it is cut short');
  const palette = 14 + header;
  const masks = coding === PLAIN ? usualMasks(bits) : [0, 4, 8].map((at) => view.getUint32(54 + at, true));
  const scales = masks.map(scaleOf);
  const out = new Uint8Array(4 * width * height);
  for (let y = 0; y < height; y++) {
    const row = start + stride * (signed < 0 ? y : height - 1 - y);
    for (let x = 0; x < width; x++) {
      const at = 4 * (y * width + x);
      if (bits <= 8) {
        const byte = bytes[row + ((x * bits) >> 3)]!;
        const index = (byte >> (8 - bits - ((x * bits) & 7))) & (2 ** bits - 1);
        if (index >= (colors || 2 ** bits)) throw new Error('it names a color that it does not have');
        const color = palette + 4 * index;
        out.set([view.getUint8(color + 2), view.getUint8(color + 1), view.getUint8(color)], at);
      } else if (bits === 24) out.set([bytes[row + 3 * x + 2]!, bytes[row + 3 * x + 1]!, bytes[row + 3 * x]!], at);
      else {
        const value = bits === 16 ? view.getUint16(row + 2 * x, true) : view.getUint32(row + 4 * x, true);
        out.set(
          scales.map((scale) => scale(value)),
          at,
        );
      }
    }
  }
  return withoutAlpha({ width, height, data: out }, channels);
}

const usualMasks = (bits: number): number[] => (bits === 16 ? [0x7c00, 0x3e0, 0x1f] : [0xff0000, 0xff00, 0xff]);

/** Makes a byte of the bits of a mask. */
function scaleOf(mask: number): (value: number) => number {
  if (mask === 0) return () => 0;
  const shift = Math.log2(mask & -mask);
  const most = mask / 2 ** shift;
  return (value) => Math.round((255 * (Math.floor(value / 2 ** shift) % (most + 1))) / most);
}
