/** Turns of the color wheel between two classes: neighbors differ, and no color comes again soon. */
const GOLDEN = 0.381966;
/** Lightness of the classes in turn. */
const LIGHT = [0.5, 0.68, 0.36] as const;
const SATURATION = 0.62;

/** Returns the color of a class in maps and legends: red, green and blue, 0 to 255. The first class is dark gray, as it often is the background. */
export function classColor(index: number): readonly [number, number, number] {
  if (index === 0) return [72, 72, 78];
  const hue = (0.58 + index * GOLDEN) % 1;
  const light = LIGHT[index % LIGHT.length] ?? LIGHT[0];
  const strength = SATURATION * Math.min(light, 1 - light);
  const channel = (n: number): number => {
    const k = (n + hue * 12) % 12;
    return Math.round(255 * (light - strength * Math.max(-1, Math.min(k - 3, 9 - k, 1))));
  };
  return [channel(0), channel(8), channel(4)];
}
