import { encode } from 'fast-png';
import type { Pixels } from './picture';
import { resized, type ResizeMethod } from './resize';

/** Makes a data URL of a PNG whose sides have at most `most` pixels; keeps the aspect ratio. */
export function thumbnail(picture: Pixels, most: number, method: ResizeMethod = 'area'): string {
  const scale = Math.min(1, most / Math.max(picture.height, picture.width));
  const side = (size: number): number => Math.max(1, Math.round(size * scale));
  const small = resized(picture, [side(picture.height), side(picture.width)], 'stretch', method);
  const png = encode({ ...small, depth: 8 });
  return `data:image/png;base64,${Buffer.from(png).toString('base64')}`;
}
