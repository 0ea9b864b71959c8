import { computed, signal } from '@preact/signals';
import type { Comparison } from '../../protocol/measure/compare';
import { askComparison } from '../state/host';
import { question } from '../question/question';

/** The comparison. The host keeps it over a reload of the page; asking again measures again. */
export const comparison = question<Comparison>((asking, known) =>
  askComparison('comparison', { again: known !== null }, asking),
);

/** Times of both models, measured on demand. */
export const latency = question((asking) => askComparison('latency', {}, asking));

/** The layer of the shown histograms; null: all layers together. */
export const comparedLayer = signal<string | null>(null);

export const layerInHand = computed(
  () => comparison.answer.value?.layers.find(({ name }) => name === comparedLayer.value) ?? null,
);
