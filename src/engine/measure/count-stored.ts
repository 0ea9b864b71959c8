import type { ReadListener } from '../checkpoint/read-large';
import type { StoredTensor } from '../checkpoint/stored-place';
import { inParts } from '../checkpoint/stored-tensor';
import { ProgressMeter } from '../progress-meter';
import { inThreads } from '../thread-job';
import { noCounts, type BinCounts } from './bins';
import { countingSteps, CountingResult, type CountingJob, type CountingScale } from './counting-job';

/** Tensors that one histogram counts together, and its bins. */
export interface StoredCounts {
  readonly tensors: readonly StoredTensor[];
  readonly scale: CountingScale;
}

/**
 * Counts large tensors in threads, each of them once for all histograms that it is in.
 * @returns the counts of each histogram
 * @throws UserError where a file has changed, CancelledError
 */
export async function countStored(
  asked: readonly StoredCounts[],
  { signal, onProgress }: ReadListener,
): Promise<BinCounts[]> {
  const sums = asked.map(({ scale }) => noCounts(scale));
  const users = new Map<StoredTensor, number[]>();
  asked.forEach(({ tensors }, i) => {
    for (const tensor of tensors) users.set(tensor, [...(users.get(tensor) ?? []), i]);
  });
  const groups = inParts([...users.keys()]);
  const values = groups.flat().reduce((sum, { start, end }) => sum + end - start, 0);
  const meter = new ProgressMeter('Counting the weights', values, 'weights', onProgress);
  const jobs = groups.map((parts): CountingJob => ({
    kind: 'count',
    parts: parts.map((part) => ({ part, scales: users.get(part.tensor)!.map((i) => asked[i]!.scale) })),
  }));
  const work = { program: 'weights', jobs, steps: countingSteps, result: CountingResult };
  const found = await inThreads(work, { signal, advance: (more) => void meter.advance(more) });
  groups.forEach((parts, k) =>
    parts.forEach(({ tensor }, p) =>
      users.get(tensor)!.forEach((i, s) => {
        const { counts, magnitudes } = found[k]![p]![s]!;
        addCounts(sums[i]!.counts, counts);
        addCounts(sums[i]!.magnitudes, magnitudes);
      }),
    ),
  );
  return sums;
}

function addCounts(sums: Uint32Array, more: Uint32Array): void {
  for (let i = 0; i < sums.length; i++) sums[i]! += more[i]!;
}
