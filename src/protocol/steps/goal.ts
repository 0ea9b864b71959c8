import * as z from 'zod';

const count = z.number().int('must be a whole number').positive('must be above 0');

/**
 * The goal of a target, one of: `accuracy`, at least this share on the validation images; `bytes`, at most this many of all
 * files, gzipped; `macs` and `params`, at most this many. If weights are pruned, only nonzero MACs and parameters count.
 */
export const TargetGoal = z.union([
  z.strictObject({
    accuracy: z
      .number('must be a number from 0 to 1')
      .min(0, 'must be from 0 to 1')
      .max(1, 'must be from 0 to 1')
      .describe('Minimum accuracy on the validation images; the smallest model that reaches it is chosen.')
      .meta({ start: 0.9 }),
  }),
  z.strictObject({
    bytes: count
      .describe('Maximum bytes of model.json and its shards, each gzipped.')
      .meta({ label: 'Bytes, gzipped', unit: 'bytes' }),
  }),
  z.strictObject({ macs: count.describe('Maximum multiply-accumulates for one image.').meta({ label: 'MACs' }) }),
  z.strictObject({ params: count.describe('Maximum number of parameters.').meta({ label: 'Parameters' }) }),
]);
export type TargetGoal = z.infer<typeof TargetGoal>;
