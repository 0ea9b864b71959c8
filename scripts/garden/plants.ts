import type { Chance } from './chance';

/** Red, green and blue, 0 to 255. */
export type Color = readonly [number, number, number];

/** A part of a plant: its points, in the square from -1 to 1 with y upwards, and its color. */
export interface Part {
  readonly color: Color;
  has(x: number, y: number): boolean;
}

/** Draws a plant of one kind; later parts lie over earlier ones. */
export type Plant = (chance: Chance) => Part[];

const ellipse = (color: Color, x0: number, y0: number, width: number, height: number): Part => ({
  color,
  has: (x, y) => ((x - x0) / width) ** 2 + ((y - y0) / height) ** 2 <= 1,
});

/** A bent line of some width. */
const stalk = (color: Color, [from, to]: readonly [number, number], width: number, bend: number): Part => ({
  color,
  has: (x, y) => y >= from && y <= to && Math.abs(x - bend * (y - from) ** 2) <= width,
});

/** A petal or leaf: two arcs that meet in points at 0 and at `length` in a direction. */
const blade = (
  color: Color,
  [x0, y0]: readonly [number, number],
  angle: number,
  length: number,
  width: number,
): Part => ({
  color,
  has: (x, y) => {
    const along = ((x - x0) * Math.cos(angle) + (y - y0) * Math.sin(angle)) / length;
    const across = -(x - x0) * Math.sin(angle) + (y - y0) * Math.cos(angle);
    return along >= 0 && along <= 1 && Math.abs(across) <= width * Math.sin(Math.PI * along);
  },
});

const green = (chance: Chance): Color => [chance.between(40, 90), chance.between(110, 160), chance.between(30, 80)];
const white = (chance: Chance): Color => [chance.between(225, 250), chance.between(225, 250), chance.between(215, 240)];

const lighter = ([red, green, blue]: Color): Color => [red + 40, green + 40, blue + 40];

const apple: Plant = (chance) => {
  const skin: Color = chance.one<Color>([
    [200, 40, 40],
    [120, 170, 50],
    [215, 170, 50],
  ]);
  const width = chance.between(0.6, 0.75);
  return [
    stalk([90, 60, 40], [0.45, 0.95], 0.05, chance.between(-0.6, 0.6)),
    blade(green(chance), [0, 0.7], chance.between(0, 0.7), 0.6, 0.15),
    ellipse(skin, -0.22, -0.1, width, 0.68),
    ellipse(skin, 0.22, -0.1, width, 0.68),
    ellipse(lighter(skin), -0.35, 0.15, 0.13, 0.2),
  ];
};

const carrot: Plant = (chance) => {
  const flesh: Color = [chance.between(225, 245), chance.between(110, 140), chance.between(20, 50)];
  const width = chance.between(0.24, 0.34);
  const root: Part = {
    color: flesh,
    has: (x, y) => y <= 0.3 && y >= -0.95 && Math.abs(x) <= (width * (y + 0.95)) / 1.25,
  };
  const fronds = Array.from({ length: chance.whole(3, 5) }, (_, i) =>
    blade(
      green(chance),
      [0, 0.25],
      Math.PI / 2 + (i - 2) * chance.between(0.2, 0.35),
      chance.between(0.55, 0.75),
      0.08,
    ),
  );
  return [...fronds, root];
};

const daisy: Plant = (chance) => {
  const petals = chance.whole(8, 13);
  const turn = chance.between(0, 6);
  const color = white(chance);
  return [
    ...Array.from({ length: petals }, (_, i) =>
      blade(color, [0, 0], turn + (i * 2 * Math.PI) / petals, chance.between(0.8, 0.95), 0.13),
    ),
    ellipse([235, chance.between(170, 200), 40], 0, 0, 0.26, 0.26),
  ];
};

const leaf: Plant = (chance) => {
  const color: Color = chance.one<Color>([green(chance), [190, 120, 40], [170, 60, 40]]);
  const width = chance.between(0.38, 0.55);
  const tilt = chance.between(0.4, 0.7);
  const veins = Array.from({ length: 4 }, (_, i) => [-0.5 + i * 0.33, i % 2 === 0 ? 1 : -1] as const);
  return [
    stalk([100, 80, 45], [-1, -0.7], 0.04, 0.2),
    blade(color, [0, -0.85], Math.PI / 2, 1.8, width),
    stalk(lighter(color), [-0.85, 0.8], 0.025, 0),
    ...veins.map(([at, side]) => blade(lighter(color), [0, at], Math.PI / 2 - side * tilt, 0.45, 0.03)),
  ];
};

const mushroom: Plant = (chance) => {
  const cap: Color = chance.one<Color>([
    [205, 45, 40],
    [150, 105, 70],
    [225, 200, 160],
  ]);
  const [width, height] = [chance.between(0.7, 0.9), chance.between(0.5, 0.75)];
  const dots = Array.from({ length: chance.whole(3, 6) }, () =>
    ellipse(white(chance), chance.between(-0.45, 0.45), chance.between(0.15, 0.4), 0.09, 0.07),
  );
  const dome: Part = { color: cap, has: (x, y) => y >= 0 && (x / width) ** 2 + (y / height) ** 2 <= 1 };
  const stem: Part = {
    color: white(chance),
    has: (x, y) => y <= 0.05 && y >= -0.85 && Math.abs(x) <= 0.18 + 0.08 * (0.05 - y),
  };
  return [stem, dome, ...dots];
};

const tulip: Plant = (chance) => {
  const color: Color = chance.one<Color>([
    [215, 50, 70],
    [240, 190, 60],
    [150, 70, 160],
    [240, 150, 170],
  ]);
  const stem = green(chance);
  const petal = (angle: number, width: number, shade: Color) =>
    blade(shade, [0, 0.05], Math.PI / 2 + angle, 0.85, width);
  return [
    stalk(stem, [-1, 0.15], 0.06, chance.between(-0.15, 0.15)),
    blade(stem, [0, -0.95], Math.PI / 2 + chance.between(0.25, 0.5), 0.95, 0.12),
    blade(stem, [0, -0.95], Math.PI / 2 - chance.between(0.25, 0.5), 0.85, 0.12),
    petal(0.35, 0.24, color),
    petal(-0.35, 0.24, color),
    petal(0, 0.26, lighter(color)),
  ];
};

/** The kinds of plants, by the names of their classes. */
export const PLANTS: Readonly<Record<string, Plant>> = { apple, carrot, daisy, leaf, mushroom, tulip };
