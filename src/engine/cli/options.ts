import { InvalidArgumentError } from 'commander';
import { rangeWords, takesNumber, type NumberSpec } from '../../protocol/fields';
import { NORMALIZATION_FORMS, parseNormalization, type Normalization } from '../../protocol/normalization';

/** A number in a range, as an option takes it; anything else is wrong use. */
export const numberTyped =
  (spec: NumberSpec) =>
  (typed: string): number => {
    const value = typed.trim() === '' ? Number.NaN : Number(typed);
    if (!takesNumber(spec, value)) throw new InvalidArgumentError(`It must be a ${rangeWords(spec)}.`);
    return value;
  };

/** A whole number from `least`, as an option takes it; anything else is wrong use. */
export const whole = (least: number, most = Number.MAX_SAFE_INTEGER): ((typed: string) => number) =>
  numberTyped({ kind: 'number', integer: true, min: least, max: most, above: false });

/** A normalization by its name or as MEAN/STD, as an option takes it. */
export function normalizationTyped(typed: string): Normalization {
  const parsed = parseNormalization(typed);
  if (!parsed) throw new InvalidArgumentError(`It must be ${NORMALIZATION_FORMS}.`);
  return parsed;
}

/** A folder to write to: a name that a shell left empty would mean the one where the person stands. */
export function folderTyped(typed: string): string {
  if (typed.trim() === '') throw new InvalidArgumentError('It must name a folder.');
  return typed;
}

/** Values parted by commas, each as `one` takes it. */
export const listOf =
  <T>(one: (typed: string) => T) =>
  (typed: string): T[] =>
    typed.split(',').map((each) => one(each.trim()));
