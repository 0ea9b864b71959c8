import { InvalidArgumentError } from 'commander';
import { Limit } from '../../protocol/advice';
import { rangeWords, takesNumber, type NumberSpec } from '../../protocol/fields';
import { NORMALIZATION_FORMS, parseNormalization, type Normalization } from '../../protocol/normalization';

/** Parses a number in a range; anything else is wrong use. */
export const numberTyped =
  (spec: NumberSpec) =>
  (typed: string): number => {
    const value = typed.trim() === '' ? Number.NaN : Number(typed);
    if (!takesNumber(spec, value)) throw new InvalidArgumentError(`It must be a ${rangeWords(spec)}.`);
    return value;
  };

/** Parses a whole number from `least`; anything else is wrong use. */
export const whole = (least: number, most = Number.MAX_SAFE_INTEGER): ((typed: string) => number) =>
  numberTyped({ kind: 'number', integer: true, min: least, max: most, above: false });

/** Parses a number above 0, or a share of what a model has now such as 50%. */
export function limitTyped(typed: string): Limit {
  const parsed = Limit.safeParse(typed.trim().endsWith('%') ? typed.trim() : Number(typed));
  if (!parsed.success || typed.trim() === '')
    throw new InvalidArgumentError('It must be a number above 0, or a share such as 50%.');
  return parsed.data;
}

/** Parses a normalization by its name or as MEAN/STD. */
export function normalizationTyped(typed: string): Normalization {
  const parsed = parseNormalization(typed);
  if (!parsed) throw new InvalidArgumentError(`It must be ${NORMALIZATION_FORMS}.`);
  return parsed;
}

/** Parses a target folder. An empty name, as a shell may leave it, would mean the working directory. */
export function folderTyped(typed: string): string {
  if (typed.trim() === '') throw new InvalidArgumentError('It must name a folder.');
  return typed;
}

/** Parses values separated by commas, each with `one`. */
export const listOf =
  <T>(one: (typed: string) => T) =>
  (typed: string): T[] =>
    typed.split(',').map((each) => one(each.trim()));
