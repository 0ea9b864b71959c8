import * as z from 'zod';
import type { KeptFigures } from './figure-cache';
import type { Reading } from './read-large';
import { Hashes } from './reading-job';
import type { StoredTensor } from './stored-place';
import { storedLength } from './stored-values';
import { SIZES, type Survey } from './survey';

const count = z.number().int().min(0);

/** Counts of values by their size: distances between the places of counts other than 0, and these counts. */
const KeptSizes = z
  .object({ steps: z.array(z.number().int().min(1)), counts: z.array(z.number().int().min(1).max(0xffff_ffff)) })
  .refine(({ steps, counts }) => steps.length === counts.length && sum(steps) <= SIZES);

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

const KeptSurvey = z.object({
  nonzero: count,
  floats: z
    .object({
      ...{ count, zeros: count, negativeZeros: count, nan: count, infinite: count },
      ...{ min: z.number(), max: z.number(), mean: z.number(), squares: z.number() },
      sizes: KeptSizes,
    })
    .optional(),
});

/** Hashes and surveys of large weights as they are kept in a file. */
const KeptReading = z.object({ hashes: Hashes, surveys: z.array(KeptSurvey) });
type KeptReading = z.infer<typeof KeptReading>;

/**
 * Returns the reading of large weights that is kept, or reads them and keeps that.
 * @param kept undefined: nothing is kept
 */
export async function knownReading(
  kept: KeptFigures | undefined,
  tensors: readonly StoredTensor[],
  read: () => Promise<Reading>,
): Promise<Reading> {
  const known = await kept?.get(
    'reading',
    KeptReading.refine((reading) => isOf(reading, tensors)),
  );
  if (known) return fromKept(known);
  const reading = await read();
  kept?.keep('reading', toKept(reading));
  return reading;
}

/** True where there is a survey for each tensor, of as many values. */
const isOf = ({ surveys }: KeptReading, tensors: readonly StoredTensor[]): boolean =>
  surveys.length === tensors.length &&
  surveys.every(({ floats }, i) => {
    const { entry } = tensors[i]!;
    if (entry.dtype !== 'float32') return floats === undefined;
    return floats?.count === storedLength(entry) && sum(floats.sizes.counts) === floats.count;
  });

/** Writes counts of sizes without those that are 0, which are most of them. */
const toKept = ({ hashes, surveys }: Reading): KeptReading => ({
  hashes,
  surveys: surveys.map(({ nonzero, floats }) => ({
    nonzero,
    ...(floats ? { floats: { ...floats, sizes: withoutZeros(floats.sizes) } } : {}),
  })),
});

/** Returns the reading that was kept. */
const fromKept = ({ hashes, surveys }: KeptReading): Reading => ({
  hashes,
  surveys: surveys.map(({ nonzero, floats }): Survey => ({
    nonzero,
    ...(floats ? { floats: { ...floats, sizes: withZeros(floats.sizes) } } : {}),
  })),
});

function withoutZeros(sizes: Uint32Array): z.infer<typeof KeptSizes> {
  const [steps, counts]: [number[], number[]] = [[], []];
  let last = -1;
  for (let place = 0; place < SIZES; place++) {
    if (sizes[place] === 0) continue;
    steps.push(place - last);
    counts.push(sizes[place]!);
    last = place;
  }
  return { steps, counts };
}

function withZeros({ steps, counts }: z.infer<typeof KeptSizes>): Uint32Array {
  const sizes = new Uint32Array(SIZES);
  let place = -1;
  steps.forEach((step, i) => {
    place += step;
    sizes[place] = counts[i]!;
  });
  return sizes;
}
