import { translated } from '../../protocol/l10n';
import { keyWords, numberWords, valueLabel, type Field } from '../../protocol/fields';
import { boundText, readMetricBound } from '../../protocol/metric';
import { isObject, type Json, type JsonObject } from '../../protocol/json';

/** A step in a few words: its set options in their own order. */
export function summaryOf(step: JsonObject, fields: readonly Field[]): string {
  const parts = Object.entries(step)
    .filter(([key]) => key !== 'step')
    .map(([key, value]) => words(fields, key, value));
  return parts.filter(Boolean).join(' \u00b7 ');
}

/** Lower-cases a label: `Sparsity` -> `sparsity`, but `MACs` stays. */
const lowered = (label: string): string =>
  /^.[A-Z]/.test(label) ? label : label.charAt(0).toLowerCase() + label.slice(1);

function words(fields: readonly Field[], key: string, value: Json): string {
  const field = fields.find((one) => one.key === key);
  const label = lowered(field?.label ?? translated(keyWords(key)));
  if (typeof value === 'boolean') return value ? label : '';
  if (typeof value === 'string') {
    const bound = field?.spec.kind === 'text' ? readMetricBound(value) : undefined;
    return bound ? boundText(bound) : field ? valueLabel(field.spec, value) : value;
  }
  if (typeof value === 'number') return `${label} ${numberWords(field?.spec, value)}`;
  if (Array.isArray(value)) return value.length > 0 ? `${label}: ${value.length}` : '';
  if (!isObject(value)) return '';
  const entries = Object.entries(value);
  const [only] = entries;
  if (entries.length === 1 && only && !isObject(only[1])) return words(inner(field), only[0], only[1]);
  return entries.length > 0 ? label : '';
}

/** The fields of an object, or of all variants of a union. */
function inner(field: Field | undefined): readonly Field[] {
  if (field?.spec.kind === 'object') return field.spec.fields;
  if (field?.spec.kind !== 'union') return [];
  return field.spec.variants.flatMap(({ spec }) => (spec.kind === 'object' ? spec.fields : []));
}
