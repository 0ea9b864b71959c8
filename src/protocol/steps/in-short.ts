import { compact, percent, typedPercent } from '../format';
import { translated } from '../l10n';
import { fieldsOf, specAt, type Spec } from '../fields';
import { stepDefinition, type RecipeStep, type StepName } from './index';

const specs = new Map<StepName, Spec>();

/** The options of a kind of step, read once. */
function specOfStep(name: StepName): Spec {
  const known = specs.get(name) ?? { kind: 'object', fields: fieldsOf(stepDefinition(name).schema) };
  specs.set(name, known);
  return known;
}

/** `sparsity: 0.9` -> `90%`; other kinds of amounts keep their name: `macs 50%`. */
function amountWords({ step }: RecipeStep, amount: object): string[] {
  const entries: [string, unknown][] = Object.entries(amount);
  const [only] = entries;
  if (entries.length !== 1 || !only) return [];
  const [kind, value] = only;
  if (typeof value !== 'number') return [];
  const spec = specAt(specOfStep(step), ['amount', kind]);
  const isShare = spec?.kind === 'number' && spec.share === true;
  return [`${kind === 'sparsity' ? '' : `${kind} `}${isShare ? typedPercent(value) : compact(value)}`];
}

/** The name of a step in recipes; in a language that has one, its title. */
function nameOf({ step }: RecipeStep): string {
  const { title } = stepDefinition(step).words;
  const own = translated(title);
  return own === title ? step : own;
}

/** A step in a few words, for a cell of a table: `prune 90%`, `finetune 2`, `quantize int8`. */
export function stepInShort(step: RecipeStep): string {
  return [
    nameOf(step),
    ...('amount' in step && typeof step.amount === 'object' ? amountWords(step, step.amount) : []),
    ...('bits' in step && typeof step.bits === 'string' ? [step.bits] : []),
    ...('macs' in step && typeof step.macs === 'number' ? [percent(step.macs, 0)] : []),
    ...('epochs' in step ? [String(step.epochs)] : []),
  ].join(' ');
}
