/** `458,570` */
export const integer = (value: number): string => Math.round(value).toLocaleString('en-US');

/** `91.82 %`, with as many decimals as wanted. */
export const percent = (share: number, decimals = 2): string => `${(100 * share).toFixed(decimals)} %`;

/** `1.75 MB`, in powers of ten. */
export function bytes(count: number): string {
  if (count < 1000) return `${count} B`;
  const [unit, scale] = count < 1e6 ? ['kB', 1e3] : count < 1e9 ? ['MB', 1e6] : ['GB', 1e9];
  return `${(count / scale).toFixed(2)} ${unit}`;
}

/** `4.2 s`, `3 min 20 s`, `2 h 5 min` */
export function duration(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/** `28x28x32`, the batch dimension left out; `?` where a size, or all, is open. */
export const shape = (sizes: readonly (number | null)[] | null): string =>
  sizes === null
    ? '?'
    : sizes
        .slice(1)
        .map((size) => size ?? '?')
        .join('x') || '1';

/** Four significant digits. */
export const number = (value: number): string => (value === 0 ? '0' : String(Number(value.toPrecision(4))));
