import { labelOf, valueWords } from './hints';
import { isObject, type Json, type JsonObject } from './json';

/** A step in a few words: what it sets, in its own order. */
export function summaryOf(step: JsonObject): string {
  const parts = Object.entries(step)
    .filter(([key]) => key !== 'step')
    .map(([key, value]) => words(key, value));
  return parts.filter(Boolean).join(' \u00b7 ');
}

/** `Sparsity` -> `sparsity`, but `MACs` stays. */
const lowered = (label: string): string =>
  /^.[A-Z]/.test(label) ? label : label.charAt(0).toLowerCase() + label.slice(1);

function words(key: string, value: Json): string {
  const label = lowered(labelOf(key));
  if (typeof value === 'boolean') return value ? label : '';
  if (typeof value === 'string') return valueWords(value);
  if (typeof value === 'number') return `${label} ${value}`;
  if (Array.isArray(value)) return value.length > 0 ? `${label}: ${value.length}` : '';
  if (!isObject(value)) return '';
  const entries = Object.entries(value);
  const [only] = entries;
  if (entries.length === 1 && only && !isObject(only[1])) return words(only[0], only[1]);
  return entries.length > 0 ? label : '';
}
