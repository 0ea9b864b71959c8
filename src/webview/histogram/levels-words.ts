import { count, percent, plural } from '../../protocol/format';
import { sentences, t } from '../../protocol/l10n';
import type { WeightLevels } from '../../protocol/measure/levels';

type Changed = Extract<WeightLevels, { state: 'changed' }>;

/** `16 values · rounding error 3.2% of the weights' size · 4.0 bits per weight, ideally 3.1.`, and how it was found. */
export function levelsWords({ values, error, bits, idealBits, judged, weights, compensates }: Changed): string {
  const figures = [
    ...(values === null ? [] : [plural(values, 'value')]),
    t("rounding error {0} of the weights' size", percent(error, 1)),
    t('{0} bits per weight, ideally {1}', bits.toFixed(1), idealBits.toFixed(1)),
  ].join(' \u00b7 ');
  return sentences(
    t('{0}.', figures),
    ...(judged < weights ? [t('Judged by {0} of {1} weights.', count(judged), count(weights))] : []),
    ...(compensates ? [t('This is rounding to the nearest; with data the run compensates errors.')] : []),
  );
}

/** Says what the lines in the histogram are; undefined where there are none. */
export function rowsWords({ rows, scales }: Changed): string | undefined {
  if (rows.length === 0) return undefined;
  if (scales === 1) return t('The lines are these values.');
  const which = rows.length < scales ? t(' ({0} of {1})', rows.length, count(scales)) : '';
  return rows.some(({ channel }) => channel !== null)
    ? t('Each row of lines has the values of an output channel{0}, the widest first.', which)
    : t('Each row of lines has the values of a tensor{0}, the widest first.', which);
}
