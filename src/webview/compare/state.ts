import { computed, signal } from '@preact/signals';
import { askComparison } from '../state/host';
import { question } from './question';

let again = false;

/** The comparison: kept by the host over a reload of the page, measured anew when it is asked for again. */
export const comparison = question((asking) => {
  const params = { again };
  again = true;
  return askComparison('comparison', params, asking);
});

/** Times of both; measured when the person asks. */
export const latency = question((asking) => askComparison('latency', {}, asking));

/** The layer whose histograms are shown; null: all layers together. */
export const comparedLayer = signal<string | null>(null);

export const layerInHand = computed(
  () => comparison.answer.value?.layers.find(({ name }) => name === comparedLayer.value) ?? null,
);
