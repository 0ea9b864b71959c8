import * as z from 'zod';

/**
 * Augmentation: each training image is changed at random, anew in each epoch. Seed, epoch and image decide how, so that a run
 * can be repeated and resumed. Pixels from outside an image are black.
 */
export const Augment = z.strictObject({
  flip: z
    .enum(['horizontal', 'vertical', 'both'])
    .optional()
    .describe('Flip half of the images: horizontal turns left and right, vertical top and bottom.')
    .meta({ begins: true }),
  shift: z
    .number()
    .min(0)
    .max(1)
    .optional()
    .describe('Largest shift in each direction as a share of height and width, in whole pixels.')
    .meta({ share: true, start: 0.1 }),
  crop: z
    .number()
    .int()
    .min(0)
    .max(1000)
    .optional()
    .describe('Black pixels added on each side before an image of the same size is cut out at a random place.')
    .meta({ unit: 'pixels', start: 4 }),
  rotate: z
    .number()
    .min(0)
    .max(180)
    .optional()
    .describe('Largest rotation in each direction in degrees, bilinear.')
    .meta({ unit: 'degrees', start: 15 }),
  brightness: z
    .number()
    .min(0)
    .max(1)
    .optional()
    .describe('Largest change of brightness in each direction as a share of the range from black to white.')
    .meta({ share: true, start: 0.2 }),
});
export type Augment = z.infer<typeof Augment>;
