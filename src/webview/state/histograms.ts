import type { Histogram } from '../../protocol/measure';
import type { LayerInfo } from '../../protocol/model';
import { ask } from './host';
import { histogramProblem, histograms, inspection, selected } from './session';
import { markOnce } from './timing';

/** The finest bins; most of them are merged, or left out as far tails, when drawn. */
const BINS = 512;
/** The number of layers per request, after the one that is in sight. */
const BATCH = 24;

/** True for a layer whose numbers can be drawn. */
export const hasNumbers = ({ tensors }: LayerInfo): boolean => tensors.some(({ dtype }) => dtype !== 'string');

/**
 * Fetches the missing histograms: the one in sight first and alone, since a person waits for it, then that of all layers
 * together, then those of layers that can be pruned, then the others with weights.
 */
export async function loadHistograms(): Promise<void> {
  const model = inspection.value;
  histogramProblem.value = null;
  if (!model) return;
  const prunable = new Set(model.layers.flatMap((layer) => (layer.prunable ? [layer.name] : [])));
  const wanted = new Set<string | null>(prunable.size > 0 ? [null] : []);
  for (const layer of model.layers) if (hasNumbers(layer)) wanted.add(layer.name);
  for (const name of histograms.value.keys()) wanted.delete(name);
  while (wanted.size > 0) {
    const rank = (name: string | null): number =>
      name === selected.value ? 0 : name === null ? 1 : prunable.has(name) ? 2 : 3;
    const order = [...wanted].sort((a, b) => rank(a) - rank(b));
    const layers = order.slice(0, rank(order[0]!) === 0 ? 1 : BATCH);
    for (const name of layers) wanted.delete(name);
    try {
      const answers = await ask('histogram', { layers, bins: BINS });
      if (inspection.value?.weightsHash !== model.weightsHash) return;
      const known = new Map<string | null, Histogram>(histograms.value);
      layers.forEach((name, index) => {
        const histogram = answers[index];
        if (histogram) known.set(name, histogram);
      });
      histograms.value = known;
    } catch (error) {
      if (inspection.value?.weightsHash === model.weightsHash)
        histogramProblem.value = error instanceof Error ? error.message : String(error);
      return;
    }
  }
  markOnce('secateur:complete');
}
