import { METRICS, type MetricName } from '../../protocol/metric';
import type { Bins } from '../histogram/bins';

/** Maps a value range to pixels 0..width. */
export interface Axis {
  from: number;
  to: number;
  width: number;
}

export const toPixel = (axis: Axis, value: number): number =>
  axis.to > axis.from ? ((value - axis.from) / (axis.to - axis.from)) * axis.width : 0;

export const toValue = (axis: Axis, pixel: number): number =>
  axis.width > 0 ? axis.from + (pixel / axis.width) * (axis.to - axis.from) : axis.from;

/** The range of the axis for these bins. */
export function valueAxis(bins: Bins, width: number): Axis {
  const to = bins.start + bins.width * bins.counts.length;
  return to > bins.start ? { from: bins.start, to, width } : { from: -1, to: 1, width };
}

/** The height 0..1 of a count; with `log`, a count of 1 is still visible. */
export function barHeight(count: number, largest: number, log: boolean): number {
  if (count <= 0 || largest <= 0) return 0;
  return log ? Math.log1p(count) / Math.log1p(largest) : count / largest;
}

/** Fewer ticks show no scale. */
const LEAST_TICKS = 3;

/** About `wanted` round values between two others, at least three. */
export function niceTicks(from: number, to: number, wanted: number): number[] {
  if (!(to > from) || wanted < 1) return [];
  let parts = wanted;
  let ticks: number[] = [];
  while (ticks.length < LEAST_TICKS && parts < wanted * 64) {
    ticks = multiples(from, to, niceStep((to - from) / parts));
    parts *= 1.25;
  }
  return ticks;
}

/** The smallest of 1, 2 and 5 times a power of ten that is not smaller than `rough`. */
function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough) ?? 10 * power;
}

function multiples(from: number, to: number, step: number): number[] {
  const ticks: number[] = [];
  for (let i = Math.ceil(from / step - 1e-9); i * step <= to + step * 1e-9; i++)
    ticks.push(Number((i * step).toPrecision(12)));
  return ticks;
}

/** Units of an axis, largest first. */
export type Units = readonly (readonly [name: string, size: number])[];
export const BYTE_UNITS: Units = [
  ['GB', 1e9],
  ['MB', 1e6],
  ['kB', 1e3],
  ['B', 1],
];
export const COUNT_UNITS: Units = [
  ['G', 1e9],
  ['M', 1e6],
  ['K', 1e3],
  ['', 1],
];
export const PERCENT: Units = [['%', 0.01]];

/** The units of an axis of a metric. */
export function metricUnits(name: MetricName): Units {
  const { isShare, unit } = METRICS[name];
  if (isShare) return PERCENT;
  return unit === undefined ? COUNT_UNITS : [[unit, 1]];
}

/** Ticks as text, all in one unit and with enough decimals to differ. */
export function tickWords(ticks: readonly number[], units: Units): string[] {
  const largest = Math.max(...ticks.map(Math.abs), 0);
  const [name, size] = units.find(([, each]) => largest >= each * 0.9995) ?? units.at(-1) ?? ['', 1];
  const step = ticks.length > 1 ? Math.abs(ticks[1]! - ticks[0]!) / size : 1;
  const decimals = Math.max(0, Math.min(9, Math.ceil(-Math.log10(step) - 1e-9)));
  const gap = name === '' || name === '%' ? '' : ' ';
  return ticks.map((tick) => `${(tick / size).toFixed(decimals).replace('-', '\u2212')}${gap}${name}`);
}

/** Round whole numbers above 0: at least three, if there are that many. */
function wholeTicks(largest: number): number[] {
  for (let parts = 4; ; parts *= 1.25) {
    const step = Math.max(1, niceStep(largest / parts));
    const ticks = multiples(0, largest, step).filter((tick) => tick > 0);
    if (ticks.length >= LEAST_TICKS || step === 1) return ticks;
  }
}

/** The ticks of the count axis. */
export function countTicks(largest: number, log: boolean): number[] {
  if (largest < 1) return [];
  if (!log) return wholeTicks(largest);
  const ticks: number[] = [];
  for (let power = 1; power <= largest; power *= 10) ticks.push(power);
  return ticks.length > 5 ? ticks.filter((_, index) => index % 2 === 0) : ticks;
}

/** The bin of a value; undefined outside. */
export function binAt(bins: Bins, value: number): number | undefined {
  const bin = Math.floor((value - bins.start) / bins.width);
  return bin >= 0 && bin < bins.counts.length ? bin : undefined;
}

/** The lower and upper edge of a bin. Bins meet exactly at 0, which binary fractions would miss slightly. */
export function binEdges(bins: Bins, bin: number): [number, number] {
  const clean = (edge: number): number => (Math.abs(edge) < bins.width * 1e-6 ? 0 : edge);
  return [clean(bins.start + bin * bins.width), clean(bins.start + (bin + 1) * bins.width)];
}

/** An SVG path of bars on the line `height`, with `gap` pixels between two if there is room. */
export function barsPath(bins: Bins, axis: Axis, height: number, log: boolean, gap: number): string {
  const largest = Math.max(...bins.counts, 1);
  const parts: string[] = [];
  const each = axis.width / Math.max(1, bins.counts.length);
  const space = each > gap * 4 ? gap : 0;
  bins.counts.forEach((count, bin) => {
    if (count <= 0) return;
    const tall = Math.max(1, barHeight(count, largest, log) * height);
    const left = bin * each + space / 2;
    parts.push(`M${left.toFixed(2)} ${height}V${(height - tall).toFixed(2)}h${(each - space).toFixed(2)}V${height}z`);
  });
  return parts.join('');
}
