import UPNG from 'upng-js';

/** One picture of an animation. */
export interface Frame {
  /** A PNG; all frames have the same size. */
  readonly png: Uint8Array;
  /** The time that it is shown, in milliseconds. */
  readonly ms: number;
}

/** Colours of all frames together: a panel has few, and a palette halves the file. */
const COLOURS = 256;

/**
 * Joins PNGs into one animated PNG that repeats without end. Programs without support for animations show its first frame.
 * @throws Error without frames, or if their sizes differ
 */
export function animatedPng(frames: readonly Frame[]): Buffer {
  const images = frames.map(({ png }) => decoded(png));
  const [first] = images;
  if (!first) throw new Error('An animation needs a frame.');
  const { width, height } = first;
  if (images.some((image) => image.width !== width || image.height !== height))
    throw new Error('The frames of an animation differ in size.');
  const pixels = images.map((image) => {
    const [rgba] = UPNG.toRGBA8(image);
    if (!rgba) throw new Error('A frame is empty.');
    return rgba;
  });
  return Buffer.from(
    UPNG.encode(
      pixels,
      width,
      height,
      COLOURS,
      frames.map(({ ms }) => ms),
    ),
  );
}

/** The number of frames of an animated PNG; 0 for a PNG that does not move. */
export const frameCount = (png: Uint8Array): number => decoded(png).frames.length;

/** @throws Error for a file that is not a PNG */
const decoded = (png: Uint8Array): UPNG.Image => UPNG.decode(new Uint8Array(png).buffer);
