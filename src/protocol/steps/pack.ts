import * as z from 'zod';
import { bytes } from '../format';
import { PackedHistory, PackedSizes, SmallWeights } from '../measure/packing';
import { defineStep } from './define';

/** The name of a packed file in a run's folder, without its extension. */
export const PACKED_NAME = /^\w[\w.-]{0,59}$/;
export const PACKED_EXTENSION = '.secateur';

/** Writes the model as one small file beside the checkpoint of the run. */
export const pack = defineStep({
  name: 'pack',
  options: {
    name: z
      .string()
      .regex(PACKED_NAME, { error: 'must be a plain name of letters, digits, points and hyphens' })
      .default('model')
      .describe('Name of the file, without .secateur.'),
    smallWeights: SmallWeights.default(32)
      .describe('Bits of biases and normalization in the file: 32 keeps them as they are, fewer round them.')
      .meta({ group: 'advanced', unit: 'bits' }),
    history: PackedHistory.default('keep')
      .describe(
        'The record of the runs in the file (recipe, parent, accuracies): keep it, or drop it, which saves a few hundred bytes. The name, the classes and the normalization of the data always stay.',
      )
      .meta({ group: 'advanced', labels: { keep: 'Keep', drop: 'Drop' } }),
  },
  result: { packed: PackedSizes },
  traits: { recovers: true },
  words: {
    title: 'Pack',
    running: 'Packing',
    purpose: 'Writes the model as one small file, which pages and programs load.',
    when: 'Take it as the last step, for pages and programs that load the model.',
    page: 'files',
    verb: 'Pack',
    past: 'packed',
    outcome: ({ packed }) =>
      `${bytes(packed.bytes)} in ${packed.file}, 1/${(packed.unpacked.bytes / packed.bytes).toFixed(1)} of the files`,
  },
});
export const PackStep = pack.schema;
export type PackStep = z.infer<typeof PackStep>;
