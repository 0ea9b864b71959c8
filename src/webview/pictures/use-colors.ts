import { readTheme } from '../ui/theme';
import type { Color, Scale } from './cells';

/** A color of the theme as numbers. */
function numbersOf(color: string): Color {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = 1;
  const context = canvas.getContext('2d');
  if (!context) return [128, 128, 128];
  context.fillStyle = color;
  context.fillRect(0, 0, 1, 1);
  const [red = 0, green = 0, blue = 0] = context.getImageData(0, 0, 1, 1).data;
  return [red, green, blue];
}

/** The colors of pictures in the current theme. */
export function readScale(): Scale {
  const { blue, red, background, quiet } = readTheme();
  return { below: numbersOf(blue), above: numbersOf(red), middle: numbersOf(background), zero: numbersOf(quiet) };
}
