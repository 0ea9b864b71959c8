import type { Pixels } from './picture';

/** Drops the fourth channel of a picture; of a gray picture, keeps only the first. */
export function withoutAlpha(
  { width, height, data }: { readonly width: number; readonly height: number; readonly data: ArrayLike<number> },
  channels: 1 | 3,
): Pixels {
  const out = new Uint8Array(width * height * channels);
  for (let i = 0, at = 0; i < width * height; i++) for (let c = 0; c < channels; c++) out[at++] = data[4 * i + c]!;
  return { width, height, channels, data: out };
}

/** Converts a picture to gray with the weights of ITU-R BT.601, or repeats gray in three channels. */
export function withChannels({ width, height, channels, data }: Pixels, wanted: 1 | 3): Pixels {
  if (channels === wanted) return { width, height, channels, data };
  const out = new Uint8Array(width * height * wanted);
  if (wanted === 3) for (let i = 0; i < data.length; i++) out.fill(data[i]!, 3 * i, 3 * i + 3);
  else
    for (let i = 0, at = 0; i < out.length; i++, at += 3)
      out[i] = (data[at]! * 19595 + data[at + 1]! * 38470 + data[at + 2]! * 7471 + 0x8000) >> 16;
  return { width, height, channels: wanted, data: out };
}

/** Reverses the order of a picture's three channels. */
export function reversed({ data, ...picture }: Pixels): Pixels {
  const out = data.slice();
  for (let at = 0; at < out.length; at += 3) [out[at], out[at + 2]] = [data[at + 2]!, data[at]!];
  return { ...picture, data: out };
}
