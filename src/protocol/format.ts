/** Texts for figures: the same on the command line, in the editor and on the page. */

import { translated, t, tPlural } from './l10n';

const whole = formatting({ maximumFractionDigits: 0 });
const short = formatting({ maximumSignificantDigits: 3 });
const MINUS = '\u2212';

/** The first format takes many milliseconds to make, which a program need not spend when it starts. */
function formatting(options: Intl.NumberFormatOptions): Pick<Intl.NumberFormat, 'format'> {
  let made: Intl.NumberFormat | undefined;
  return { format: (value) => (made ??= new Intl.NumberFormat('en-US', options)).format(value) };
}

/** A count: 458,570. */
export const count = (value: number): string => whole.format(value);

/** A count with three digits, for narrow columns that show the exact count elsewhere: 459 K, 23.3 M. */
export function compact(value: number): string {
  for (const [unit, size] of [
    ['G', 1e9],
    ['M', 1e6],
    ['K', 1e3],
  ] as const)
    if (Math.abs(value) >= size * 0.9995) return `${short.format(value / size)} ${unit}`;
  return short.format(value);
}

/** Bytes in decimal units, with three digits: 1.84 MB. */
export function bytes(value: number): string {
  for (const [unit, size] of [
    ['GB', 1e9],
    ['MB', 1e6],
    ['kB', 1e3],
  ] as const) {
    const scaled = value / size;
    if (Math.abs(scaled) >= 999.5) return `${whole.format(scaled)} ${unit}`;
    if (Math.abs(scaled) >= 0.9995) return `${scaled.toPrecision(3)} ${unit}`;
  }
  return `${whole.format(value)} B`;
}

/** A share 0 to 1 as a percentage. Only exact values show as 0 or 100: 99.9996% stays 99.999%, not 100.00%. */
export function percent(share: number, digits = 2): string {
  const value = share * 100;
  const shown = value.toFixed(digits);
  if (share > 0 && share < 1 && (Number(shown) === 0 || Number(shown) === 100)) {
    const finest = 10 ** -(digits + 1);
    if (value < finest) return `<${finest.toFixed(digits + 1)}%`;
    const shortened = Number(shown) === 0 ? value : Math.min(Math.floor(value / finest) * finest, 100 - finest);
    return `${shortened.toFixed(digits + 1)}%`;
  }
  return `${shown}%`;
}

/** A share 0 to 1 as a person types it: 0.9 is `90%`, 0.955 is `95.5%`. */
export const typedPercent = (share: number): string => `${percentOf(share)}%`;

/** A share 0 to 1 in percent, without the noise of binary fractions. */
export const percentOf = (share: number): number => Number((share * 100).toPrecision(10));

/** A number of percent as a share, without the noise of binary fractions. */
export const shareOf = (value: number): number => Number((value / 100).toPrecision(10));

/** A difference with its sign: +3, −120, ±0. */
export function signed(value: number, format: (size: number) => string): string {
  const text = format(Math.abs(value));
  if (value === 0) return `\u00b1${text}`;
  return `${value < 0 ? MINUS : '+'}${text}`;
}

/** A difference of two shares in percentage points: −0.3 pt. */
export const points = (difference: number): string => {
  const rounded = Number((difference * 100).toFixed(1));
  return t(
    '{0} pt',
    signed(rounded, (size) => size.toFixed(1)),
  );
};

/** The change from before to after as a percentage of before: −77.6%. */
export function change(before: number, after: number): string {
  if (before === after) return t('unchanged');
  if (before === 0) return t('new');
  const share = signed(after / before - 1, (size) => percent(size, 1));
  return share.includes('<') ? t('almost unchanged') : share;
}

/** A weight or threshold with a number of significant digits: 0.0512, 1.23e−5. */
export function weight(value: number, digits = 3): string {
  if (value === 0) return '0';
  const size = Math.abs(value);
  return size >= 1e-4 && size < 1e5
    ? String(Number(value.toPrecision(digits))).replaceAll('-', MINUS)
    : exponential(value, digits);
}

/** A figure that stands below others of its kind, with so many significant digits, zeros included: 0.5230, 14.19, 25,134. */
export function fixed(value: number, digits: number): string {
  const size = Math.abs(value);
  if (size >= 10 ** digits) return size < 1e9 ? whole.format(value).replaceAll('-', MINUS) : exponential(value, digits);
  const text = size >= 1e-4 ? value.toPrecision(digits) : value === 0 ? value.toFixed(digits - 1) : undefined;
  // 9,999.5 has a digit more once it is rounded.
  return text === undefined || text.includes('e') ? exponential(value, digits) : text.replaceAll('-', MINUS);
}

const exponential = (value: number, digits: number): string =>
  value
    .toExponential(digits - 1)
    .replaceAll('-', MINUS)
    .replace('e+', 'e');

/** An elapsed time, in seconds: 4.2 s, 42 s, 3 min 20 s, 2 h 5 min. */
export function duration(seconds: number): string {
  return seconds < 9.95 ? t('{0} s', seconds.toFixed(1)) : wholeSeconds(Math.round(seconds));
}

/** An estimated time, in seconds, without false precision: `10 s`, `6 min`, `2 h`. */
export function about(seconds: number): string {
  if (seconds < 90) return t('{0} s', Math.max(5, 5 * Math.round(seconds / 5)));
  if (seconds < 5400) return t('{0} min', Math.round(seconds / 60));
  return t('{0} h', Number((seconds / 3600).toPrecision(2)));
}

/** A remaining time, in seconds: 8 s, 3 min 20 s. It ends at 0 s; it is empty if the time is unknown. */
export function timeLeft(seconds: number): string {
  return Number.isFinite(seconds) ? wholeSeconds(Math.max(0, Math.ceil(seconds))) : '';
}

function wholeSeconds(seconds: number): string {
  if (seconds < 60) return t('{0} s', seconds);
  if (seconds < 3600) return t('{0} min {1} s', Math.floor(seconds / 60), seconds % 60);
  return t('{0} h {1} min', Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60));
}

/** The milliseconds of a forward pass, without the unit: 0.823, 12.4. */
export const milliseconds = (value: number): string => value.toFixed(value < 10 ? 3 : 1);

/** A rate: 1,240 examples/s. */
export const rate = (value: number, unit: string): string =>
  t('{0} {1}/s', value >= 100 ? whole.format(value) : short.format(value), translated(unit));

/** The shape of a tensor: 3x3x32. An open size and an unknown shape are `?`. */
export const shape = (sizes: readonly (number | null)[] | null): string =>
  sizes === null ? '?' : sizes.map((size) => size ?? '?').join('x');

/** The output shape of a layer for one example, without the batch dimension: 28x28x32. */
export const sampleShape = (sizes: readonly (number | null)[] | null): string =>
  sizes === null ? '?' : shape(sizes.slice(1)) || '1';

/** A count with its noun: 1 example, 1,000 examples. */
export const plural = (value: number, one: string, many = `${one}s`): string =>
  tPlural(value, `{0} ${one}`, `{0} ${many}`, count(value));

/** The progress of a task; times are in seconds. */
interface Done {
  readonly done: number;
  readonly total: number;
  readonly unit: string;
  readonly rate: number;
  readonly secondsLeft: number;
}

/**
 * The progress of a task in parts: `4,000 of 10,000 examples`, `2,500 examples/s`, `3 s left`. Unknown parts are left out.
 * @param secondsLeft seconds left of the whole that contains the task; by default those of the task
 */
export function progressParts(
  { done, total, unit, ...estimate }: Done,
  secondsLeft = estimate.rate > 0 ? estimate.secondsLeft : Number.NaN,
): string[] {
  const left = timeLeft(secondsLeft);
  return [
    ...(total > 0 ? [t('{0} of {1} {2}', count(done), count(total), translated(unit))] : []),
    ...(estimate.rate > 0 ? [rate(estimate.rate, unit)] : []),
    ...(left === '' ? [] : [t('{0} left', left)]),
  ];
}

/** A figure with a mark where it is an estimate: `~21.7 kB`. */
export const marked = (measured: boolean, text: string): string => (measured ? text : `~${text}`);
