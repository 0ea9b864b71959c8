import { computed, signal } from '@preact/signals';
import type { Comparison } from '../../protocol/measure/compare';
import { askComparison } from '../state/host';
import { question } from './question';

/** The comparison: kept by the host over a reload of the page, measured anew when it is asked for again. */
export const comparison = question<Comparison>((asking, known) =>
  askComparison('comparison', { again: known !== null }, asking),
);

/** Times of both; measured when the person asks. */
export const latency = question((asking) => askComparison('latency', {}, asking));

/** The layer whose histograms are shown; null: all layers together. */
export const comparedLayer = signal<string | null>(null);

export const layerInHand = computed(
  () => comparison.answer.value?.layers.find(({ name }) => name === comparedLayer.value) ?? null,
);
