/** 0.9171 -> `91.71%`; a share that is not quite all or nothing never rounds to 100% or 0%. */
export function percent(share: number, digits = 2): string {
  const step = 10 ** -digits;
  let value = share * 100;
  if (share < 1) value = Math.min(value, 100 - step);
  if (share > 0) value = Math.max(value, step);
  return `${Number(value.toFixed(digits))}%`;
}

/** 458570 -> `458,570`. */
export function count(value: number): string {
  return value.toLocaleString('en-US');
}

/** Seconds as `8 s`, `3 min 20 s`, `1 h 5 min`; empty where nothing is known. */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds < 0) return '';
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return whole % 60 ? `${minutes} min ${whole % 60} s` : `${minutes} min`;
  return minutes % 60 ? `${Math.floor(minutes / 60)} h ${minutes % 60} min` : `${Math.floor(minutes / 60)} h`;
}

/** Bytes as `1.8 MB`, in powers of 1000 as the file managers do. */
export function bytes(value: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB'];
  let unit = 0;
  let scaled = value;
  while (scaled >= 1000 && unit < units.length - 1) {
    scaled /= 1000;
    unit++;
  }
  return `${unit === 0 ? scaled : scaled.toFixed(scaled < 10 ? 2 : 1)} ${units[unit] ?? ''}`;
}
