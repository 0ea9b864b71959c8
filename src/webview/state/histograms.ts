import type { Histogram } from '../../protocol/measure';
import type { LayerInfo } from '../../protocol/model';
import { ask } from './host';
import { histogramProblem, histograms, inspection, selected } from './session';
import { markOnce } from './timing';

/** The finest bins; most of them are merged, or left out as far tails, when drawn. */
const BINS = 512;
/** The number of layers per request: a small network in one request, a large one in several. */
const BATCH = 24;

/** True for a layer whose numbers can be drawn. */
export const hasNumbers = ({ tensors }: LayerInfo): boolean => tensors.some(({ dtype }) => dtype !== 'string');

/**
 * Fetches the missing histograms: all layers together first, then the selected layer, then those that can be pruned, then
 * the others with weights.
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
      name === null ? 0 : name === selected.value ? 1 : prunable.has(name) ? 2 : 3;
    const order = [...wanted].sort((a, b) => rank(a) - rank(b));
    const layers = order.slice(0, BATCH);
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
