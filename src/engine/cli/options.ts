import { InvalidArgumentError } from 'commander';
import { NORMALIZATION_FORMS, parseNormalization, type Normalization } from '../../protocol/normalization';

/** What was typed as a number, NaN where it is none: a recipe's schema says what is wrong with it. */
export const typedNumber = (typed: string): number => (typed.trim() === '' ? NaN : Number(typed));

/** A whole number from `least`, as an option takes it; anything else is wrong use. */
export const whole =
  (least: number, most = Number.MAX_SAFE_INTEGER) =>
  (typed: string): number => {
    const value = Number(typed);
    if (typed.trim() === '' || !Number.isInteger(value) || value < least || value > most)
      throw new InvalidArgumentError(`It must be a whole number, ${least} ${most < 1e9 ? `to ${most}` : 'or more'}.`);
    return value;
  };

/** A number above 0, as an option takes it. */
export function positive(typed: string): number {
  const value = Number(typed);
  if (typed.trim() === '' || !Number.isFinite(value) || value <= 0)
    throw new InvalidArgumentError('It must be a number above 0.');
  return value;
}

/** A normalization by its name or as MEAN/STD, as an option takes it. */
export function normalizationTyped(typed: string): Normalization {
  const parsed = parseNormalization(typed);
  if (!parsed) throw new InvalidArgumentError(`It must be ${NORMALIZATION_FORMS}.`);
  return parsed;
}

/** A share from 0 to 1, as an option takes it. */
export function share(typed: string): number {
  const value = Number(typed);
  if (typed.trim() === '' || !Number.isFinite(value) || value < 0 || value > 1)
    throw new InvalidArgumentError('It must be a number from 0 to 1.');
  return value;
}

/** Values parted by commas, each as `one` takes it. */
export const listOf =
  <T>(one: (typed: string) => T) =>
  (typed: string): T[] =>
    typed.split(',').map((each) => one(each.trim()));

/** A number from 0, as an option takes it. */
export function atLeastZero(typed: string): number {
  const value = Number(typed);
  if (typed.trim() === '' || !Number.isFinite(value) || value < 0)
    throw new InvalidArgumentError('It must be a number, 0 or more.');
  return value;
}
