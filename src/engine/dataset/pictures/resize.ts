import type { Pixels } from './picture';

/** Interpolation of pixels, as in `tf.image.resize`; corners of images coincide. */
export type ResizeMethod = 'bilinear' | 'nearest' | 'area';
/** Treatment of the aspect ratio: changed, kept by cropping the longer side, or kept by black bars. */
export type ResizeMode = 'stretch' | 'crop' | 'pad';

/** Weights of the source pixels of one pixel. */
type Taps = readonly { readonly at: number; readonly weight: number }[];

/** Resizes a picture. */
export function resized(
  picture: Pixels,
  [height, width]: readonly [number, number],
  mode: ResizeMode,
  method: ResizeMethod,
): Pixels {
  if (picture.height === height && picture.width === width) return picture;
  if (mode === 'pad') return padded(picture, height, width, method);
  return stretched(mode === 'crop' ? cropped(picture, height, width) : picture, height, width, method);
}

function stretched(source: Pixels, height: number, width: number, method: ResizeMethod): Pixels {
  const [rows, columns] = [tapsOf(source.height, height, method), tapsOf(source.width, width, method)];
  const { channels, data } = source;
  const out = new Uint8Array(height * width * channels);
  let to = 0;
  for (const down of rows)
    for (const across of columns)
      for (let c = 0; c < channels; c++) {
        let sum = 0;
        for (const y of down)
          for (const x of across) sum += y.weight * x.weight * data[(y.at * source.width + x.at) * channels + c]!;
        out[to++] = Math.round(sum);
      }
  return { width, height, channels, data: out };
}

function tapsOf(from: number, to: number, method: ResizeMethod): Taps[] {
  const scale = from / to;
  return Array.from({ length: to }, (_, i) => {
    if (method === 'nearest') return [{ at: Math.min(from - 1, Math.floor((i + 0.5) * scale)), weight: 1 }];
    if (method === 'area') return covered(i * scale, (i + 1) * scale, from);
    const center = (i + 0.5) * scale - 0.5;
    const low = Math.floor(center);
    const [weight, most] = [center - low, from - 1];
    return [
      { at: Math.max(0, low), weight: 1 - weight },
      { at: Math.min(most, Math.ceil(center)), weight },
    ];
  });
}

/** Weighs the pixels between two positions by the share of each that lies between them. */
function covered(start: number, end: number, from: number): Taps {
  const taps = [];
  for (let at = Math.floor(start); at < Math.min(from, Math.ceil(end)); at++)
    taps.push({ at, weight: (Math.min(end, at + 1) - Math.max(start, at)) / (end - start) });
  return taps;
}

/** Crops the middle of a picture to the ratio of `height` and `width`. */
function cropped(picture: Pixels, height: number, width: number): Pixels {
  const h = Math.min(picture.height, Math.max(1, Math.floor((picture.width * height) / width)));
  const w = Math.min(picture.width, Math.max(1, Math.floor((picture.height * width) / height)));
  const [top, left] = [Math.floor((picture.height - h) / 2), Math.floor((picture.width - w) / 2)];
  const out = new Uint8Array(h * w * picture.channels);
  for (let y = 0; y < h; y++) {
    const start = ((y + top) * picture.width + left) * picture.channels;
    out.set(picture.data.subarray(start, start + w * picture.channels), y * w * picture.channels);
  }
  return { ...picture, width: w, height: h, data: out };
}

/** Fits the whole picture into the middle of a black one. */
function padded(picture: Pixels, height: number, width: number, method: ResizeMethod): Pixels {
  const ratio = Math.max(picture.height / height, picture.width / width);
  const [h, w] = [picture.height / ratio, picture.width / ratio];
  const inner = stretched(picture, Math.max(1, Math.floor(h)), Math.max(1, Math.floor(w)), method);
  const [top, left] = [Math.floor((height - h) / 2), Math.floor((width - w) / 2)];
  const row = inner.width * inner.channels;
  const out = new Uint8Array(height * width * inner.channels);
  for (let y = 0; y < inner.height; y++)
    out.set(inner.data.subarray(y * row, (y + 1) * row), ((y + top) * width + left) * inner.channels);
  return { ...inner, width, height, data: out };
}
