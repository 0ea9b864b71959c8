import * as z from 'zod';
import { Histogram } from '../../protocol/measure';
import type { Session } from '../checkpoint/store';
import { histograms } from './histogram';

/** Most histograms of a checkpoint that are kept: about 2 MB. */
const MOST_KEPT = 256;

const Kept = z.array(z.object({ bins: z.number(), histogram: Histogram }));

/** Histograms by layer and number of bins. */
type Known = Map<string, { bins: number; histogram: Histogram }>;

const keyOf = (layer: string | null, bins: number): string => JSON.stringify([layer, bins]);

/**
 * Computes histograms as `histograms` does; those of a large checkpoint once, and not again by other engines.
 * @throws UserError for a layer that the model does not have, CancelledError
 */
export async function sessionHistograms(
  session: Session,
  layers: readonly (string | null)[],
  bins: number,
  signal: AbortSignal,
): Promise<Histogram[]> {
  const { checkpoint, figures } = session;
  if (!figures) return histograms(checkpoint, layers, bins, { signal });
  const known = await session.memo('histograms', async (): Promise<Known> => {
    const kept = (await figures.get('histograms', Kept)) ?? [];
    return new Map(kept.map((one) => [keyOf(one.histogram.layer, one.bins), one]));
  });
  const missing = layers.filter((layer) => !known.has(keyOf(layer, bins)));
  if (missing.length > 0) {
    const found = await histograms(checkpoint, missing, bins, { signal });
    for (const histogram of found) known.set(keyOf(histogram.layer, bins), { bins, histogram });
    if (known.size <= MOST_KEPT) figures.keep('histograms', [...known.values()]);
  }
  return layers.map((layer) => known.get(keyOf(layer, bins))!.histogram);
}
