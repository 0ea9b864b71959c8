import { Chance } from './chance';
import type { Color, Part, Plant } from './plants';

/** Samples of a pixel along each axis. */
const FINE = 3;
/** Earth, grass, wood, stone, sky. */
const GROUNDS: readonly [Color, ...Color[]] = [
  [110, 85, 60],
  [95, 130, 70],
  [165, 130, 95],
  [140, 140, 140],
  [150, 180, 210],
];

/**
 * Renders a plant before a blurred ground with other things in it.
 * @param size height and width in pixels
 * @returns RGBA, row-major
 */
export function render(plant: Plant, size: number, ...seeds: readonly number[]): Uint8ClampedArray<ArrayBuffer> {
  const chance = new Chance(...seeds);
  const parts = plant(chance);
  const [turn, scale] = [chance.between(-0.6, 0.6), chance.between(0.5, 0.85)];
  const [left, up] = [chance.between(-0.25, 0.25), chance.between(-0.25, 0.25)];
  const [cos, sin] = [Math.cos(turn) / scale, Math.sin(turn) / scale];
  const ground = groundOf(chance);
  const [light, slant, noise] = [chance.between(0.65, 1.15), chance.between(-0.25, 0.25), chance.between(3, 14)];
  const out = new Uint8ClampedArray(size * size * 4);
  for (let row = 0; row < size; row++)
    for (let column = 0; column < size; column++) {
      const sum = [0, 0, 0];
      for (let i = 0; i < FINE * FINE; i++) {
        const x = (2 * (column + (i % FINE) / FINE)) / size - 1;
        const y = 1 - (2 * (row + Math.floor(i / FINE) / FINE)) / size;
        const [u, v] = [(x - left) * cos + (y - up) * sin, (y - up) * cos - (x - left) * sin];
        const color = colorAt(parts, u, v) ?? ground(x, y);
        color.forEach((value, channel) => (sum[channel]! += value / (FINE * FINE)));
      }
      const shade = light + (slant * column) / size;
      const at = (row * size + column) * 4;
      sum.forEach((value, channel) => {
        out[at + channel] = value * shade + chance.between(-noise, noise);
      });
      out[at + 3] = 255;
    }
  return out;
}

const colorAt = (parts: readonly Part[], x: number, y: number): Color | undefined =>
  parts.findLast((part) => part.has(x, y))?.color;

/** Draws a ground: a color with soft waves, and stones and leaves of any color on it. */
function groundOf(chance: Chance): (x: number, y: number) => Color {
  const base = chance.one(GROUNDS);
  const waves = Array.from({ length: 4 }, () => ({
    x: chance.between(-6, 6),
    y: chance.between(-6, 6),
    from: chance.between(0, 6),
    size: chance.between(4, 16),
  }));
  const things = Array.from({ length: chance.whole(0, 6) }, () => ({
    x: chance.between(-1, 1),
    y: chance.between(-1, 1),
    width: chance.between(0.05, 0.25),
    height: chance.between(0.05, 0.25),
    color: base.map((value) => value + chance.between(-70, 70)) as [number, number, number],
  }));
  return (x, y) => {
    const thing = things.find((one) => ((x - one.x) / one.width) ** 2 + ((y - one.y) / one.height) ** 2 <= 1);
    const wave = waves.reduce((sum, one) => sum + one.size * Math.sin(one.x * x + one.y * y + one.from), 0);
    const [red, green, blue] = thing?.color ?? base;
    return [red + wave, green + wave, blue + wave];
  };
}
