import * as z from 'zod';

const Place = z.number().int();
const End = Place.nullish();

/** The parts of a slice in the configuration of a layer, see `SlicePart`. */
export const SliceParts = z.array(
  z.union([
    Place,
    z.literal('...'),
    z.strictObject({ start: End, stop: End, step: Place.refine((step) => step !== 0).nullish() }),
  ]),
);
