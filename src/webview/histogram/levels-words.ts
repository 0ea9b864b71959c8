import { count, percent } from '../../protocol/format';
import type { WeightLevels } from '../../protocol/measure/levels';

type Changed = Extract<WeightLevels, { state: 'changed' }>;

/** `16 values · rounding error 3.2% of the weights' size · 4.0 bits per weight, ideally 3.1.`, and how it was found. */
export function levelsWords({ values, error, bits, idealBits, judged, weights, compensates }: Changed): string {
  const figures = [
    ...(values === null ? [] : [`${count(values)} ${values === 1 ? 'value' : 'values'}`]),
    `rounding error ${percent(error, 1)} of the weights' size`,
    `${bits.toFixed(1)} bits per weight, ideally ${idealBits.toFixed(1)}`,
  ].join(' \u00b7 ');
  return [
    `${figures}.`,
    ...(judged < weights ? [`Judged by ${count(judged)} of ${count(weights)} weights.`] : []),
    ...(compensates ? ['This is rounding to the nearest; with data the run compensates errors.'] : []),
  ].join(' ');
}

/** Says what the lines in the histogram are; undefined where there are none. */
export function rowsWords({ rows, scales }: Changed): string | undefined {
  if (rows.length === 0) return undefined;
  if (scales === 1) return 'The lines are these values.';
  const own = rows.some(({ channel }) => channel !== null) ? 'an output channel' : 'a tensor';
  const which = rows.length < scales ? ` (${rows.length} of ${count(scales)})` : '';
  return `Each row of lines has the values of ${own}${which}, the widest first.`;
}
