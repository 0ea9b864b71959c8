import type { CompactAmount, CompactStep, FormName } from '../../../protocol/steps/compact';
import type { Convolution } from './convolution';
import { bottleneck } from './bottleneck';
import type { Form, Sizes } from './form';
import { grouped } from './grouped';
import { separable } from './separable';

export const FORMS: Readonly<Record<FormName, Form>> = { separable, bottleneck, grouped };

/** One form of a convolution, with its cost. */
export interface Option {
  readonly form: Form;
  readonly sizes: Sizes;
  /** For one example, over all calls of the layer. */
  readonly macs: number;
  /** Without the bias. */
  readonly params: number;
}

/** The share of its multiply-accumulates that a form must save: a second layer costs time that they do not count. */
const SAVES = 0.1;

/** The forms that may be chosen where none is named: stock TensorFlow.js loads them. */
const LOADABLE: readonly FormName[] = ['separable', 'bottleneck'];

/**
 * Lists the forms of a convolution that save enough, from the cheapest; or says why there is none.
 * @param wanted the form, and the amount where it gives sizes by hand
 */
export function optionsOf(convolution: Convolution, wanted: Pick<CompactStep, 'form' | 'amount'>): Option[] | string {
  const forms = formsOf(wanted).map((name) => FORMS[name]);
  const reasons = forms.map((form) => form.whyNot(convolution));
  const able = forms.filter((_, i) => reasons[i] === undefined);
  if (able.length === 0) return reasons[0] ?? 'no form fits it';
  const options = able.flatMap((form) =>
    sizesOf(form, convolution, wanted.amount).map((sizes): Option => {
      return { form, sizes, macs: form.macs(convolution, sizes), params: form.params(convolution, sizes) };
    }),
  );
  if (options.length === 0) return 'its channels cannot be divided so';
  const saving = options.filter(({ macs }) => macs <= (1 - SAVES) * convolution.macs);
  if (saving.length === 0) return `it would not save a tenth of its multiply-accumulates`;
  return saving.sort((a, b) => a.macs - b.macs);
}

/** Returns the forms that a step may choose from. */
export function formsOf({ form, amount }: Pick<CompactStep, 'form' | 'amount'>): readonly FormName[] {
  const given = formOfAmount(amount);
  if (given) return [given];
  return form === 'best' ? LOADABLE : [form];
}

/** Returns the form whose sizes an amount gives by hand. */
export function formOfAmount(amount: CompactAmount): FormName | undefined {
  if ('multiplier' in amount) return 'separable';
  if ('channels' in amount) return 'bottleneck';
  return 'groups' in amount ? 'grouped' : undefined;
}

function sizesOf(form: Form, convolution: Convolution, amount: CompactAmount): readonly Sizes[] {
  if ('macs' in amount) return form.sizes(convolution);
  if ('multiplier' in amount) return amount.multiplier <= convolution.taps ? [[amount.multiplier]] : [];
  const { taps, inputs, outputs } = convolution;
  if ('channels' in amount) {
    const of = (channels: number): number => Math.max(1, Math.round(channels * amount.channels));
    return [[of(Math.min(inputs, taps * outputs)), of(Math.min(outputs, taps * inputs))]];
  }
  return form.sizes(convolution).filter(([groups]) => groups === amount.groups);
}
