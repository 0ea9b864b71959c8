/** The value after a key press, for sliders, spin buttons and the threshold line; undefined for other keys. */
export function valueForKey(
  key: string,
  value: number,
  range: { min: number; max: number; arrow: number; page: number },
): number | undefined {
  const to = {
    ArrowUp: value + range.arrow,
    ArrowRight: value + range.arrow,
    ArrowDown: value - range.arrow,
    ArrowLeft: value - range.arrow,
    PageUp: value + range.page,
    PageDown: value - range.page,
    Home: range.min,
    End: range.max,
  }[key];
  return to === undefined ? undefined : Math.max(range.min, Math.min(range.max, to));
}
