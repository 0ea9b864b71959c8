import { computed, signal } from '@preact/signals';
import type { Comparison } from '../../protocol/measure/compare';
import { askComparison } from '../state/host';
import { question } from '../question/question';

/** The comparison. The host keeps it over a reload of the page; asking again measures again. */
export const comparison = question<Comparison>((asking, known) =>
  askComparison('comparison', { again: known !== null }, asking),
);

/** Asks for data, and measures the accuracy of both with it. */
export async function chooseDataForBoth(): Promise<void> {
  if ((await askComparison('chooseDataForBoth', {})) !== null) await comparison.ask();
}

/** Times of both models, measured on demand. */
export const latency = question((asking) => askComparison('latency', {}, asking));

/** Sizes of both models in packed files, by layer. */
export const packings = question(async ({ signal: stop }) => ({
  a: await askComparison('packedSide', { side: 'a' }, { signal: stop }),
  b: await askComparison('packedSide', { side: 'b' }, { signal: stop }),
}));

/** How the layers of both models are connected, on demand. */
export const topologies = question(async ({ signal: stop }) => ({
  a: await askComparison('topologyOfSide', { side: 'a' }, { signal: stop }),
  b: await askComparison('topologyOfSide', { side: 'b' }, { signal: stop }),
}));

/** The layer of the shown histograms; null: all layers together. */
export const comparedLayer = signal<string | null>(null);

export const layerInHand = computed(
  () => comparison.answer.value?.layers.find(({ name }) => name === comparedLayer.value) ?? null,
);
