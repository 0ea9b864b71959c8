import type { Histogram } from '../../protocol/measure';
import { ask } from './host';
import { histogramProblem, histograms, inspection, selected } from './session';

/** The finest bins; most of them are merged, or left out as far tails, when drawn. */
const BINS = 512;
/** The number of layers per request: a small network in one request, a large one in several. */
const BATCH = 24;

/** Fetches the missing histograms: all layers together first, then the selected layer, then the others in order. */
export async function loadHistograms(): Promise<void> {
  const model = inspection.value;
  histogramProblem.value = null;
  if (!model?.layers.some((layer) => layer.prunable)) return;
  const wanted = new Set<string | null>([null]);
  for (const layer of model.layers) if (layer.prunable) wanted.add(layer.name);
  for (const name of histograms.value.keys()) wanted.delete(name);
  while (wanted.size > 0) {
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
}

const rank = (name: string | null): number => (name === null ? 0 : name === selected.value ? 1 : 2);
