import {
  fieldsOf,
  keyWords,
  numberWords,
  onlyField,
  specAt,
  valueLabel,
  type Field,
  type Spec,
} from '../../protocol/fields';
import { asJson, isObject, type Json } from '../../protocol/json';
import { t, translated } from '../../protocol/l10n';
import type { Recipe } from '../../protocol/recipe';
import { stepDefinition, type RecipeStep } from '../../protocol/steps';

/** A field of two recipes. Null: that recipe has no such field. */
export interface DiffRow {
  /** `Step 2: Fine-tune`, or the recipe itself. */
  readonly place: string;
  readonly field: string;
  readonly a: string | null;
  readonly b: string | null;
  readonly differs: boolean;
}

type Flat = Map<string, { words: string; value: string }>;

/** The values of an object by the words of their path: `Amount, sparsity` -> `90%`. */
function flat(
  value: Json,
  fields: readonly Field[],
  path: readonly string[] = [],
  keys: readonly string[] = [],
  into: Flat = new Map(),
): Flat {
  if (isObject(value)) {
    for (const [key, inner] of Object.entries(value)) {
      const field = path.length === 0 ? fields.find((one) => one.key === key) : undefined;
      const at = [...keys, key];
      const label = translated(field?.label ?? keyWords(key));
      const words = path.length === 0 ? label : label.charAt(0).toLowerCase() + label.slice(1);
      if (isObject(inner)) flat(inner, fields, [...path, words], at, into);
      else {
        const its = [...path, words].join(t(', '));
        into.set(its, { words: its, value: valueWords(inner, specAt({ kind: 'object', fields }, at)) });
      }
    }
  }
  return into;
}

const yesOrNo = (value: boolean): string => (value ? t('yes') : t('no'));

function valueWords(value: Json, spec: Spec | undefined): string {
  if (value === null) return '\u2013';
  if (typeof value === 'boolean') return yesOrNo(value);
  if (typeof value === 'string') return spec?.kind === 'choice' ? valueLabel(spec, value) : value;
  if (Array.isArray(value))
    return value.map((one) => valueWords(one, spec?.kind === 'numbers' ? spec.item : undefined)).join(t(', '));
  return typeof value === 'number' ? numberWords(spec, value) : JSON.stringify(value);
}

function rowsOf(place: string, a: Flat | null, b: Flat | null): DiffRow[] {
  return [...new Set([...(a?.keys() ?? []), ...(b?.keys() ?? [])])].map((field) => {
    const [left, right] = [a?.get(field)?.value ?? null, b?.get(field)?.value ?? null];
    return { place, field, a: left, b: right, differs: left !== right };
  });
}

const optionsOf = (step: RecipeStep): Flat => {
  const { step: name, ...options } = step;
  return flat(asJson(options), fieldsOf(stepDefinition(name).schema));
};

/** Pairs of steps of the same kind in the same order, as many as can be; others stand alone. */
export function pairSteps(
  a: readonly RecipeStep[],
  b: readonly RecipeStep[],
): [RecipeStep | null, RecipeStep | null][] {
  const longest = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0));
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      longest[i]![j] = a[i]!.step === b[j]!.step ? longest[i + 1]![j + 1]! + 1 : Math.max(longest[i + 1]![j]!, longest[i]![j + 1]!); // prettier-ignore
  const pairs: [RecipeStep | null, RecipeStep | null][] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    const [one, other] = [a[i], b[j]];
    if (one && other && one.step === other.step) {
      pairs.push([one, other]);
      i++;
      j++;
    } else if (one && (!other || longest[i + 1]![j]! >= longest[i]![j + 1]!)) {
      pairs.push([one, null]);
      i++;
    } else {
      pairs.push([null, other!]);
      j++;
    }
  }
  return pairs;
}

/** The field of a recipe that has the words of its form, and not of its key. */
const KEEP_EPOCHS = onlyField('keepEpochs', t('Keep the checkpoint of each epoch'), { kind: 'flag' });

/** All fields of two recipes, those of a step only where both have the step. */
export function recipeDiff(a: Recipe, b: Recipe): DiffRow[] {
  const whole = ({ checkpoint, data, layers, seed, keepEpochs }: Recipe): Flat =>
    flat(asJson({ checkpoint, data, layers, seed, keepEpochs }), [KEEP_EPOCHS]);
  const rows = rowsOf(t('Recipe'), whole(a), whole(b));
  for (const [index, [one, other]] of pairSteps(a.steps, b.steps).entries()) {
    const name = (one ?? other)!.step;
    const place = t('Step {0}: {1}', index + 1, translated(stepDefinition(name).words.title));
    if (one && other) rows.push(...rowsOf(place, optionsOf(one), optionsOf(other)));
    else
      rows.push({
        place,
        field: t('In the recipe'),
        a: yesOrNo(one !== null),
        b: yesOrNo(other !== null),
        differs: true,
      });
  }
  return rows;
}
