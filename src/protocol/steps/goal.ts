import * as z from 'zod';

const count = z.number().int('must be a whole number').positive('must be above 0');

/**
 * What is to be reached, one of: `accuracy`, at least so much on the validation images; `bytes`, at most so many of all
 * files, gzipped; `macs` and `params`, at most so many. Where weights are pruned, MACs and parameters that are 0 do not count.
 */
export const TargetGoal = z.union([
  z.strictObject({
    accuracy: z
      .number('must be a number from 0 to 1')
      .min(0, 'must be from 0 to 1')
      .max(1, 'must be from 0 to 1')
      .describe('Accuracy on the validation images, at least; the smallest model that has it is chosen.')
      .meta({ start: 0.9 }),
  }),
  z.strictObject({
    bytes: count
      .describe('Bytes of model.json and its shards, each gzipped, at most.')
      .meta({ label: 'Bytes, gzipped', unit: 'bytes' }),
  }),
  z.strictObject({ macs: count.describe('Multiply-accumulates for one image, at most.').meta({ label: 'MACs' }) }),
  z.strictObject({ params: count.describe('Parameters, at most.').meta({ label: 'Parameters' }) }),
]);
export type TargetGoal = z.infer<typeof TargetGoal>;
