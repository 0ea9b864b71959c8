import * as z from 'zod';
import { StoredPart } from '../checkpoint/stored-place';
import { storedPieces } from '../checkpoint/stored-tensor';
import { addTo, noCounts, type BinCounts } from './bins';

/** Bins over a range, as threads hear of them. */
export const CountingScale = z.object({ width: z.number(), below: z.number(), above: z.number(), extent: z.number() });
export type CountingScale = z.infer<typeof CountingScale>;

/** Parts of large tensors to count, each in the bins of one or more histograms. */
export const CountingJob = z.object({
  kind: z.literal('count'),
  parts: z.array(z.object({ part: StoredPart, scales: z.array(CountingScale) })),
});
export type CountingJob = z.infer<typeof CountingJob>;

const isCounts = (value: unknown): value is BinCounts =>
  value instanceof Object &&
  'counts' in value &&
  value.counts instanceof Uint32Array &&
  'magnitudes' in value &&
  value.magnitudes instanceof Uint32Array;

/** For each part, the counts of each of its scales. */
export const CountingResult = z.array(z.array(z.custom<BinCounts>(isCounts)));
export type CountingResult = z.infer<typeof CountingResult>;

/** Counts a part each time that it is asked for the next; returns the counts. @throws UserError where a file has changed */
export function* countingSteps(
  { parts }: CountingJob,
  advance: (values: number) => void,
): Generator<void, CountingResult> {
  const found: CountingResult = [];
  for (const { part, scales } of parts) {
    const counts = scales.map(noCounts);
    // A piece stays in the cache of the processor for all of its histograms.
    for (const piece of storedPieces(part, advance))
      scales.forEach((scale, i) => addTo(counts[i]!, piece, scale, scale.extent));
    found.push(counts);
    yield;
  }
  return found;
}
