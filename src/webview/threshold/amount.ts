import { t } from '../../protocol/l10n';
import type { PruneAmount } from '../../protocol/steps/prune';
import { thresholdForZeros, type Distribution } from './counting';

/** The form of an amount: a threshold on |w|, a percentage of weights, or a multiple of their standard deviation. */
export type Mode = 'absolute' | 'percent' | 'sigma';
export const MODES: readonly Mode[] = ['absolute', 'percent', 'sigma'];

/** `value`: |w| with `absolute`, 0 to 100 with `percent`, standard deviations with `sigma`. */
export interface Amount {
  mode: Mode;
  value: number;
  /** The threshold on |w| that the engine found for the amount for all layers. It stays when single layers get amounts of their own. */
  at?: number | undefined;
}

/** The threshold on |w| of an amount. */
export function thresholdOf(amount: Amount, weights: Distribution): number {
  if (amount.at !== undefined) return amount.at;
  switch (amount.mode) {
    case 'absolute':
      return amount.value;
    case 'percent':
      return thresholdForZeros(weights, Math.round((amount.value / 100) * weights.count));
    case 'sigma':
      return amount.value * weights.std;
  }
}

/** The amount in `mode` with this threshold, rounded as that mode is shown. */
export function amountFor(mode: Mode, threshold: number, weights: Distribution): Amount {
  const exact = {
    absolute: threshold,
    percent: weights.count > 0 ? (100 * weights.zerosBelow(threshold)) / weights.count : 0,
    sigma: weights.std > 0 ? threshold / weights.std : 0,
  }[mode];
  // A threshold of 0 prunes nothing, even if some weights are 0.
  return { mode, value: threshold > 0 ? round(mode, exact, weights) : 0 };
}

/** The largest value with an effect. */
export function largest(mode: Mode, weights: Distribution): number {
  if (mode === 'percent') return 100;
  if (mode === 'absolute') return weights.max;
  return weights.std > 0 ? weights.max / weights.std : 0;
}

/** The share of the weights that a slider reaches, so that a few far ones do not take up most of it. */
const REACH = 0.999;

/** The value at the slider's end. A larger typed value moves the end. */
export function sliderEnd(mode: Mode, weights: Distribution, value: number): number {
  if (mode === 'percent') return 100;
  const reach = thresholdForZeros(weights, Math.ceil(weights.count * REACH));
  const end = mode === 'absolute' ? reach : weights.std > 0 ? reach / weights.std : 0;
  return Math.max(value, Math.min(largest(mode, weights), round(mode, end, weights)));
}

/** The finest step in which a mode is shown and dragged. */
export function resolution(mode: Mode, weights: Distribution): number {
  if (mode === 'percent') return 0.1;
  if (mode === 'sigma') return 0.01;
  return weights.max > 0 ? 10 ** (Math.floor(Math.log10(weights.max)) - 3) : 0.0001;
}

/** The steps of an arrow key and of a page key. */
export function steps(mode: Mode, weights: Distribution): { arrow: number; page: number } {
  if (mode === 'percent') return { arrow: 1, page: 10 };
  if (mode === 'sigma') return { arrow: 0.05, page: 0.5 };
  const fine = resolution(mode, weights);
  return { arrow: fine * 10, page: fine * 100 };
}

/** Rounds to the mode's resolution, without the noise of binary fractions. */
export function round(mode: Mode, value: number, weights: Distribution): number {
  const step = resolution(mode, weights);
  const decimals = Math.max(0, Math.round(-Math.log10(step)));
  return Number((Math.round(value / step) * step).toFixed(Math.min(20, decimals)));
}

/** Reads a typed text; a string is the fault as a sentence. */
export function parseAmount(mode: Mode, text: string): Amount | string {
  const cleaned = text.trim().replace(/%$/, '').replace(',', '.');
  const value = cleaned === '' ? Number.NaN : Number(cleaned);
  if (!Number.isFinite(value))
    return t('Enter a number, for example {0}.', { absolute: '0.05', percent: '90', sigma: '1.5' }[mode]);
  if (value < 0) return mode === 'percent' ? t('Enter {0} to {1}.', 0, 100) : t('Enter a number, 0 or more.');
  if (mode === 'percent' && value > 100) return t('Enter {0} to {1}.', 0, 100);
  return { mode, value };
}

/** The amount in a recipe. */
export function toPruneAmount(amount: Amount): PruneAmount {
  switch (amount.mode) {
    case 'absolute':
      return { threshold: amount.value };
    case 'percent':
      // Steps of 0.1% stay short decimals: 90.1% is 0.901, not 0.9009999999999999.
      return { sparsity: Number((amount.value / 100).toFixed(6)) };
    case 'sigma':
      return { standardDeviations: amount.value };
  }
}
