const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 3 });
const MINUS = '\u2212';

/** 458,570 */
export const count = (value: number): string => whole.format(value);

/** 458,570 as 459 K, 23,300,000 as 23.3 M; for narrow columns, with the exact figure beside it or in its title. */
export function compact(value: number): string {
  for (const [unit, size] of [
    ['G', 1e9],
    ['M', 1e6],
    ['K', 1e3],
  ] as const)
    if (Math.abs(value) >= size * 0.9995) return `${short.format(value / size)} ${unit}`;
  return short.format(value);
}

/** Bytes in decimal units: 1.84 MB. */
export function bytes(value: number): string {
  for (const [unit, size] of [
    ['GB', 1e9],
    ['MB', 1e6],
    ['kB', 1e3],
  ] as const)
    if (Math.abs(value) >= size * 0.9995) return `${(value / size).toPrecision(3)} ${unit}`;
  return `${whole.format(value)} B`;
}

/** A share 0 to 1 as a percentage that never claims 0 or 100 unless it is: 99.996% stays 99.99%, not 100.0%. */
export function percent(share: number, digits = 1): string {
  const value = share * 100;
  const shown = value.toFixed(digits);
  if (share > 0 && share < 1 && (Number(shown) === 0 || Number(shown) === 100)) {
    const finest = 10 ** -(digits + 1);
    if (value < finest) return `<${finest.toFixed(digits + 1)}%`;
    return `${(Number(shown) === 0 ? value : Math.floor(value / finest) * finest).toFixed(digits + 1)}%`;
  }
  return `${shown}%`;
}

/** A weight or threshold with so many significant digits: 0.0512, 1.2e-5. */
export function weight(value: number, digits = 3): string {
  if (value === 0) return '0';
  const size = Math.abs(value);
  const text = size >= 1e-4 && size < 1e5 ? String(Number(value.toPrecision(digits))) : value.toExponential(digits - 1);
  return text.replace('-', MINUS).replace(`e${MINUS}`, 'e-').replace('e-', `e${MINUS}`);
}

/** A difference with its sign: +3, −120. */
export function signed(value: number, format: (size: number) => string): string {
  const text = format(Math.abs(value));
  if (value === 0) return `\u00b1${text}`;
  return `${value < 0 ? MINUS : '+'}${text}`;
}

/** A difference of two shares in percentage points: −0.3 pt. */
export const points = (difference: number): string => {
  const rounded = Number((difference * 100).toFixed(1));
  return `${signed(rounded, (size) => size.toFixed(1))} pt`;
};

/** How much smaller or larger, as a percentage of before: −77.6%. */
export function change(before: number, after: number): string {
  if (before === after) return 'unchanged';
  if (before === 0) return 'new';
  return signed(after / before - 1, (size) => percent(size));
}

/** 8 s, 1:05, 1:02:03; whole seconds, rounded up so that it ends at 0. */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return '';
  const total = Math.max(0, Math.ceil(seconds));
  if (total < 60) return `${total} s`;
  const two = (value: number): string => String(value).padStart(2, '0');
  const hours = Math.floor(total / 3600);
  const minutes = Math.floor((total % 3600) / 60);
  return hours > 0 ? `${hours}:${two(minutes)}:${two(total % 60)}` : `${minutes}:${two(total % 60)}`;
}

/** A time of one pass: 0.823 ms, 12.4 ms. */
export const milliseconds = (value: number): string => `${value.toFixed(value < 10 ? 3 : 1)} ms`;

/** A rate: 1,240 images/s. */
export const rate = (value: number, unit: string): string =>
  `${value >= 100 ? whole.format(value) : short.format(value)} ${unit}/s`;

/** The output shape of a layer for one sample: without the batch dimension, which is open. */
export const sampleShape = (sizes: readonly (number | null)[] | null): string =>
  shape(sizes && sizes.length > 1 && sizes[0] === null ? sizes.slice(1) : sizes);

/** Height × width × channels; an open size is written ?. */
export const shape = (sizes: readonly (number | null)[] | null): string =>
  sizes ? sizes.map((size) => (size === null ? '?' : String(size))).join(' \u00d7 ') : 'unknown';

/** A reason as a sentence: a capital letter first, a full stop last. */
export function sentence(text: string): string {
  const trimmed = text.trim();
  if (trimmed === '') return '';
  return trimmed.charAt(0).toUpperCase() + trimmed.slice(1) + (/[.!?\u2026]$/.test(trimmed) ? '' : '.');
}

/** 1 image, 1,000 images. */
export const plural = (value: number, one: string, many = `${one}s`): string =>
  `${whole.format(value)} ${value === 1 ? one : many}`;
