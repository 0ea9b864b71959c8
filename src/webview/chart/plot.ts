import type { Edges } from '../ui/edges';
import { scaleOf, type AxisSpec, type Scale, type Tick } from './plot-scale';

/** The gutter of the axes around every plot, in pixels. */
const MARGIN = { left: 62, right: 24, top: 22, bottom: 42 };
/** The least pixels between two ticks. */
const APART = { level: 84, upright: 46 };

/** A drawing with two axes. All places are in pixels from its upper left corner. */
export interface Plot extends Edges {
  readonly width: number;
  readonly height: number;
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
  readonly columns: readonly Tick[];
  readonly rows: readonly Tick[];
  /** The names of the level and the upright axis. */
  readonly titles: readonly [level: string, upright: string];
  readonly isLogarithmic: boolean;
}

/** The size of the gutter, for a plot whose inside has a shape of its own. */
export const GUTTER = { width: MARGIN.left + MARGIN.right, height: MARGIN.top + MARGIN.bottom };

/** Lays out a plot. @param width of the whole drawing in pixels, as `height` */
export function plotOf({ width, height, x, y }: { width: number; height: number; x: AxisSpec; y: AxisSpec }): Plot {
  const [inner, tall] = [Math.max(0, width - GUTTER.width), Math.max(0, height - GUTTER.height)];
  const level: Scale = scaleOf(x, inner, APART.level);
  const upright: Scale = scaleOf(y, tall, APART.upright);
  const [left, bottom] = [MARGIN.left, MARGIN.top + tall];
  return {
    ...{ width, height, left, right: left + inner, top: MARGIN.top, bottom },
    x: (value) => left + level.place(value),
    y: (value) => bottom - upright.place(value),
    columns: level.ticks.map(({ at, words }) => ({ at: left + at, words })),
    rows: upright.ticks.map(({ at, words }) => ({ at: bottom - at, words })),
    titles: [x.title, y.title],
    isLogarithmic: level.isLogarithmic,
  };
}
