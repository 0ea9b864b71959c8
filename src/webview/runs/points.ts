import { t, translated } from '../../protocol/l10n';
import { isBetter, metricNamed, METRICS, type MetricOf } from '../../protocol/metric';
import type { ChartedModel } from '../../protocol/runs-page';
import { niceTicks, tickWords, type Axis, type Units } from '../ui/scale';

/** A checkpoint in the drawing. */
export interface Point {
  readonly model: ChartedModel;
  readonly size: number;
  readonly value: number;
  /** True where no other point is as small and better, or as good and smaller. */
  readonly isBest: boolean;
}

/** Returns the metrics that checkpoints have: main ones first, each with the most checkpoints first. */
export function metricsOfAll(models: readonly ChartedModel[]): MetricOf[] {
  const found = new Map<string, { metric: MetricOf; main: number; all: number }>();
  for (const { metrics } of models)
    metrics?.forEach(({ name, output }, place) => {
      const key = keyOf({ name, output });
      const one = found.get(key) ?? { metric: { name, ...(output === undefined ? {} : { output }) }, main: 0, all: 0 };
      found.set(key, { ...one, main: one.main + (place === 0 ? 1 : 0), all: one.all + 1 });
    });
  return [...found.values()].sort((a, b) => b.main - a.main || b.all - a.all).map(({ metric }) => metric);
}

export const metricTitle = ({ name, output }: MetricOf): string =>
  [translated(METRICS[name].title), ...(output === undefined ? [] : [output])].join(t(', '));

export const keyOf = ({ name, output }: MetricOf): string => `${name} ${output ?? ''}`;

/** Returns the checkpoints that have both figures, from small to large. */
export function pointsOf(
  models: readonly ChartedModel[],
  metric: MetricOf,
  sizeOf: (model: ChartedModel) => number | null,
): Point[] {
  const points = models.flatMap((model) => {
    const size = sizeOf(model);
    const value = model.metrics && metricNamed(model.metrics, metric.name, metric.output)?.value;
    return size === null || value === undefined || value === null || !Number.isFinite(value)
      ? []
      : [{ model, size, value }];
  });
  points.sort((a, b) => a.size - b.size || (isBetter(metric.name, a.value, b.value) ? -1 : 1));
  let best: number | undefined;
  return points.map((point) => {
    const isBest = best === undefined || isBetter(metric.name, point.value, best);
    if (isBest) best = point.value;
    return { ...point, isBest };
  });
}

/** Sizes that differ by more are drawn by their logarithm. */
const WIDE = 20;
/** The margin around the outermost points, as a share of the range. */
const ROOM = 0.06;

/** An axis of sizes or values. */
export interface Scale {
  /** Pixels from its start. */
  readonly place: (value: number) => number;
  readonly ticks: readonly { readonly at: number; readonly words: string }[];
  readonly isLogarithmic: boolean;
}

/** @param apart pixels between two ticks, at least */
export function scaleOf(
  values: readonly number[],
  pixels: number,
  units: Units,
  { apart, canBeWide }: { apart: number; canBeWide: boolean },
): Scale {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const isLogarithmic = canBeWide && least > 0 && most / least > WIDE;
  const along = (value: number): number => (isLogarithmic ? Math.log10(value) : value);
  const [low, high] = [along(least), along(most)];
  const room = (high - low || Math.abs(high) || 1) * ROOM;
  const axis: Axis = { from: low - room, to: high + room, width: pixels };
  const place = (value: number): number => ((along(value) - axis.from) / (axis.to - axis.from)) * pixels;
  const wanted = Math.max(2, Math.floor(pixels / apart));
  const ticks = isLogarithmic ? powersBetween(axis, wanted) : niceTicks(axis.from, axis.to, wanted);
  const words = isLogarithmic ? ticks.map((tick) => roundWords(tick, units)) : tickWords(ticks, units);
  return { place, isLogarithmic, ticks: ticks.map((tick, i) => ({ at: place(tick), words: words[i] ?? '' })) };
}

/** Returns 1, 2 and 5 times powers of ten within an axis of logarithms, or fewer of them where they are too many. */
function powersBetween({ from, to }: Axis, wanted: number): number[] {
  for (const factors of [[1, 2, 5], [1, 3], [1]]) {
    const ticks: number[] = [];
    for (let power = Math.floor(from); power <= to; power++)
      for (const factor of factors) {
        const tick = Number((factor * 10 ** power).toPrecision(12));
        if (Math.log10(tick) >= from && Math.log10(tick) <= to) ticks.push(tick);
      }
    if (ticks.length <= wanted || factors.length === 1) return ticks;
  }
  return [];
}

function roundWords(tick: number, units: Units): string {
  const [name, size] = units.find(([, each]) => tick >= each * 0.9995) ?? units.at(-1) ?? ['', 1];
  return `${Number((tick / size).toPrecision(2))}${name === '' ? '' : ` ${name}`}`;
}
