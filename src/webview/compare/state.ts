import { computed, signal } from '@preact/signals';
import { CancelledError } from '../../protocol/errors';
import type { Progress } from '../../protocol/measure';
import type { Comparison } from '../../protocol/measure/compare';
import { askComparison } from '../state/host';

export const comparison = signal<Comparison | null>(null);
export const comparing = signal<{ progress: Progress | null } | null>(null);
export const comparisonProblem = signal<string | null>(null);
/** The layer whose histograms are shown; null: all layers together. */
export const comparedLayer = signal<string | null>(null);

export const layerInHand = computed(
  () => comparison.value?.layers.find(({ name }) => name === comparedLayer.value) ?? null,
);

let abort: AbortController | undefined;

/** Asks for the comparison; `again`: even where it is known. */
export async function loadComparison(again: boolean): Promise<void> {
  if (comparing.value) return;
  const own = (abort = new AbortController());
  comparing.value = { progress: null };
  comparisonProblem.value = null;
  try {
    comparison.value = await askComparison(
      'comparison',
      { again },
      { signal: own.signal, onProgress: (progress) => (comparing.value = { progress }) },
    );
  } catch (error) {
    comparisonProblem.value =
      error instanceof CancelledError ? 'Cancelled.' : error instanceof Error ? error.message : String(error);
  } finally {
    comparing.value = null;
  }
}

export const cancelComparison = (): void => abort?.abort();
