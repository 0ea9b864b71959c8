import { niceTicks, tickWords, type Units } from '../ui/scale';

/** A tick: its place in pixels from the start of its axis, and its text. */
export interface Tick {
  readonly at: number;
  readonly words: string;
}

/** An axis of values or sizes. */
export interface Scale {
  /** Pixels from its start. */
  readonly place: (value: number) => number;
  readonly ticks: readonly Tick[];
  readonly isLogarithmic: boolean;
}

/** An axis as its chart describes it. */
export interface AxisSpec {
  /** The axis has room around all of these. */
  readonly values: readonly number[];
  readonly units: Units;
  readonly title: string;
  /** Starts at 0 without room below, for bars and sizes that stand on their axis. */
  readonly fromZero?: boolean;
  /** Has ticks at whole numbers only. */
  readonly areWhole?: boolean;
  /** Draws values far apart by their logarithm. */
  readonly canBeWide?: boolean;
  /** Values with names of their own, in place of round numbers. */
  readonly named?: readonly { readonly value: number; readonly words: string }[];
}

/** Values that differ by more are drawn by their logarithm. */
const WIDE = 20;
/** The margin around the outermost values, as a share of the range. */
const ROOM = 0.06;
/** Fewer ticks show no scale. */
const LEAST_TICKS = 3;
/** More ticks of round numbers would be closer than the margin. */
const MOST_TICKS = 10;

/** @param apart pixels between two ticks, at least, where there is room for three */
export function scaleOf(
  { values, units, fromZero = false, areWhole = false, canBeWide = false, named }: AxisSpec,
  pixels: number,
  apart: number,
): Scale {
  const finite = [...values.filter((value) => Number.isFinite(value)), ...(fromZero ? [0] : [])];
  const [least, most] = finite.length === 0 ? [0, 1] : [Math.min(...finite), Math.max(...finite)];
  const isLogarithmic = canBeWide && least > 0 && most / least > WIDE;
  const along = (value: number): number => (isLogarithmic ? Math.log10(value) : value);
  const [low, high] = [along(least), along(most)];
  const room = (high - low || Math.abs(high) || 1) * ROOM;
  const [from, to] = [fromZero ? 0 : low - room, high + room];
  const place = (value: number): number => ((along(value) - from) / (to - from)) * pixels;
  const wanted = Math.max(LEAST_TICKS, Math.min(MOST_TICKS, Math.floor(pixels / apart)));
  const ticks = named
    ? thinned(named, Math.max(1, Math.floor(pixels / apart)))
    : isLogarithmic
      ? powersBetween(from, to, wanted).map((value) => ({ value, words: roundWords(value, units) }))
      : withWords(areWhole ? wholeTicks(from, to, wanted) : niceTicks(from, to, wanted), units);
  return { place, isLogarithmic, ticks: ticks.map(({ value, words }) => ({ at: place(value), words })) };
}

const wholeTicks = (from: number, to: number, wanted: number): number[] =>
  niceTicks(from, to, wanted).filter((tick) => Number.isInteger(tick));

const withWords = (ticks: readonly number[], units: Units): { value: number; words: string }[] => {
  const words = tickWords(ticks, units);
  return ticks.map((value, i) => ({ value, words: words[i] ?? '' }));
};

/** At most `wanted` of them, evenly. */
function thinned<T>(all: readonly T[], wanted: number): T[] {
  const step = Math.ceil(all.length / wanted);
  return all.filter((_, index) => index % step === 0);
}

/** Returns 1, 2 and 5 times powers of ten between two logarithms, or fewer where they are too many, but three if there are. */
function powersBetween(from: number, to: number, wanted: number): number[] {
  const within = (factors: readonly number[]): number[] => {
    const ticks: number[] = [];
    for (let power = Math.floor(from); power <= to; power++)
      for (const factor of factors) {
        const tick = Number((factor * 10 ** power).toPrecision(12));
        if (Math.log10(tick) >= from && Math.log10(tick) <= to) ticks.push(tick);
      }
    return ticks;
  };
  const [most, fewer, fewest] = [within([1, 2, 5]), within([1, 3]), within([1])];
  const few = [most, fewer, fewest].find((ticks) => ticks.length <= wanted);
  if (!few) {
    // Each second one of four would be two.
    const thin = thinned(fewest, wanted);
    return thin.length >= LEAST_TICKS ? thin : fewest;
  }
  return [few, fewer, most].find((ticks) => ticks.length >= LEAST_TICKS) ?? most;
}

function roundWords(tick: number, units: Units): string {
  const [name, size] = units.find(([, each]) => tick >= each * 0.9995) ?? units.at(-1) ?? ['', 1];
  return `${Number((tick / size).toPrecision(2))}${name === '' ? '' : ` ${name}`}`;
}
