import { compact, percent } from '../format';
import type { RecipeStep } from './index';

/** Amounts that are no shares. */
const COUNTED: ReadonlySet<string> = new Set(['rank', 'threshold', 'standardDeviations']);

/** `sparsity: 0.9` -> `90%`; other kinds of amounts keep their name: `macs 50%`. */
function amountWords(amount: object): string[] {
  const entries: [string, unknown][] = Object.entries(amount);
  const [only] = entries;
  if (entries.length !== 1 || !only) return [];
  const [kind, value] = only;
  if (typeof value !== 'number') return [];
  const words = COUNTED.has(kind) ? compact(value) : percent(value, Number.isInteger(Number((value * 100).toFixed(6))) ? 0 : 1); // prettier-ignore
  return [kind === 'sparsity' ? words : `${kind} ${words}`];
}

/** A step in a few words, for a cell of a table: `prune 90%`, `finetune 2`, `quantize int8`. */
export function stepInShort(step: RecipeStep): string {
  return [
    step.step,
    ...('amount' in step && typeof step.amount === 'object' ? amountWords(step.amount) : []),
    ...('bits' in step && typeof step.bits === 'string' ? [step.bits] : []),
    ...('macs' in step && typeof step.macs === 'number' ? [percent(step.macs, 0)] : []),
    ...('epochs' in step ? [String(step.epochs)] : []),
  ].join(' ');
}
