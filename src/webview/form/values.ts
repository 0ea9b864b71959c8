import { t } from '../../protocol/l10n';
import { count, percentOf, shareOf } from '../../protocol/format';
import { isObject, type Json, type JsonObject } from '../../protocol/json';
import { inPercent, rangeWords, takesNumber, type NumberSpec, type Spec } from '../../protocol/fields';

/** The first value of a field without a default, by its name; undefined: the middle of a range, or the first variant. */
export type Starts = (key: string) => Json | undefined;

/** A first value that is valid, for a required field. */
export function initial(spec: Spec, key: string, starts: Starts): Json {
  const own = starts(key);
  if (own !== undefined && isOf(spec, own)) return own;
  switch (spec.kind) {
    case 'constant':
      return spec.value;
    case 'flag':
      return true;
    case 'number':
      return spec.start ?? middle(spec);
    case 'choice':
      return spec.options[0] ?? '';
    case 'text':
      return '';
    case 'names':
    case 'numbers':
      return [];
    case 'record':
      return {};
    case 'object':
      return initialObject(spec, starts);
    case 'union': {
      const [first] = spec.variants;
      return first ? initial(first.spec, key, starts) : null;
    }
  }
}

/** The fields that an object requires or that its form starts with, without those that have a default. */
export function initialObject({ fields }: Extract<Spec, { kind: 'object' }>, starts: Starts): JsonObject {
  return Object.fromEntries(
    fields
      .filter(({ required, begins }) => required || begins)
      .map(({ key, spec }) => [key, initial(spec, key, starts)]),
  );
}

/** True if a value has the shape of a field, or of one of its variants, and is in its range. */
function isOf(spec: Spec, value: Json): boolean {
  if (spec.kind === 'union') return spec.variants.some((variant) => isOf(variant.spec, value));
  // A name stands for a count in one step, and for a share in another.
  return fits(spec, value) && (spec.kind !== 'number' || (typeof value === 'number' && takesNumber(spec, value)));
}

function middle({ min, max, integer, above }: NumberSpec): number {
  if (Number.isFinite(min) && Number.isFinite(max) && max - min <= 1) return (min + max) / 2;
  const least = Number.isFinite(min) ? min : 0;
  return above ? least + (integer ? 1 : 0.1) : least;
}

/** A default as text, for the placeholder of an empty field, beside its unit. */
export function fallbackWords(value: Json | undefined, spec?: NumberSpec): string {
  if (typeof value === 'number') return value >= 1000 ? count(value) : spec ? numberText(spec, value) : String(value);
  return typeof value === 'string' ? value : '';
}

/** The shape of a union that a value has; undefined: none. */
export const variantOf = (
  { variants }: Extract<Spec, { kind: 'union' }>,
  value: Json | undefined,
): Extract<Spec, { kind: 'union' }>['variants'][number] | undefined => variants.find(({ spec }) => fits(spec, value));

/** True if a value has the shape of this variant of a union. */
export function fits(spec: Spec, value: Json | undefined): boolean {
  switch (spec.kind) {
    case 'object':
      return isObject(value) && spec.fields.every(({ required, key }) => !required || key in value);
    case 'record':
      return isObject(value);
    case 'number':
      return typeof value === 'number';
    case 'flag':
      return typeof value === 'boolean';
    case 'constant':
      return value === spec.value;
    case 'names':
    case 'numbers':
      return Array.isArray(value);
    case 'choice':
      return typeof value === 'string' && (spec.open || spec.options.includes(value));
    case 'text':
      return typeof value === 'string';
  }
  return false;
}

/** The number of a field as its text: percent for a share, without the sign. */
export const numberText = ({ share = false }: NumberSpec, value: number): string =>
  String(share ? percentOf(value) : value);

/** A number from its text, or the fault of the text as a sentence. A share is typed as percent, with or without the sign. */
export function parseNumber(spec: NumberSpec, text: string): number | string {
  const typed = text
    .trim()
    .replace(spec.share ? /\s*%$/ : '', '')
    .replace(',', '.');
  const number = typed === '' ? Number.NaN : Number(typed);
  const value = spec.share ? shareOf(number) : number;
  return takesNumber(spec, value) ? value : numberFault(spec);
}

/** The fault of a number that a field does not take, as a sentence. */
export function numberFault(spec: NumberSpec): string {
  if (!spec.share) return t('Enter a {0}.', rangeWords(spec));
  const { min, max, above, below = false } = inPercent(spec);
  if (above && below) return t('Enter more than {0} and less than {1}.', min, max);
  return above ? t('Enter more than {0}, up to {1}.', min, max) : t('Enter {0} to {1}.', min, max);
}
