import type { JsonObject } from '../../protocol/json';
import { NO_AMOUNTS, type Amounts } from '../threshold/amounts';

/** Everything on the page that can be undone: the thresholds, and the recipe with its seed. */
export interface Edits {
  readonly amounts: Amounts;
  readonly epochs: number;
  readonly drafts: readonly JsonObject[];
  readonly seed: number;
}

export const NO_EDITS: Edits = { amounts: NO_AMOUNTS, epochs: 0, drafts: [], seed: 0 };

const text = (value: unknown): string => JSON.stringify(value);

/** The amount of a layer as far as the person set it: `at` follows from it. */
const amountWords = ({ global, layers }: Amounts, layer: string | null): string => {
  const amount = layer === null ? global : layers[layer];
  return amount ? `${amount.mode} ${amount.value}` : '';
};

/** Which amounts differ, and how each is given after the change: a drag continues only itself. */
function changedAmounts(before: Amounts, after: Amounts): string[] {
  const layers = new Set([null, ...Object.keys(before.layers), ...Object.keys(after.layers)]);
  const different = [...layers].filter((layer) => amountWords(before, layer) !== amountWords(after, layer));
  return different.map((layer) => {
    const amount = layer === null ? after.global : after.layers[layer];
    return `${text(layer)} ${amount?.mode ?? 'none'}`;
  });
}

/** The options of a step that differ. */
const changedOptions = (before: JsonObject, after: JsonObject): string[] =>
  [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((key) => text(before[key]) !== text(after[key]));

/** Names the field that a change is about. Changes of one field that follow each other quickly are undone together. */
export function changedField(before: Edits, after: Edits): string {
  const parts: string[] = [];
  const amounts = changedAmounts(before.amounts, after.amounts);
  if (amounts.length > 0) parts.push(`amounts ${amounts.join(', ')}`);
  if (before.amounts.allowEmptyLayers !== after.amounts.allowEmptyLayers) parts.push('empty layers');
  if (before.epochs !== after.epochs) parts.push('epochs');
  if (before.seed !== after.seed) parts.push('seed');
  if (before.drafts.length !== after.drafts.length)
    // Each added or deleted step is a change of its own.
    parts.push(`steps ${before.drafts.length} to ${after.drafts.length}`);
  else
    after.drafts.forEach((draft, i) => {
      const options = changedOptions(before.drafts[i] ?? {}, draft);
      if (options.length > 0) parts.push(`step ${i}: ${options.join(', ')}`);
    });
  return parts.join('; ');
}

/** True if nothing that a person set differs. */
export const sameEdits = (before: Edits, after: Edits): boolean => changedField(before, after) === '';
