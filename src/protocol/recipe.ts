import * as z from 'zod';
import { DataReference } from './dataset';
import { RecipeStep } from './steps';

/** The version of the recipe format that this program reads and writes. */
export const RECIPE_VERSION = 1;

/** A job as data: a checkpoint (unless the first step trains one), a dataset, and steps. */
export const Recipe = z.strictObject({
  $schema: z.string().optional(),
  recipeVersion: z.literal(RECIPE_VERSION, `must be ${RECIPE_VERSION}, the version this Secateur reads`),
  checkpoint: z
    .string()
    .min(1)
    .optional()
    .describe('A model.json or its folder, relative to the folder of this recipe.'),
  data: DataReference.optional(),
  layers: z
    .string()
    .min(1)
    .optional()
    .describe(
      'A JavaScript module that registers layers of its own, relative to the folder of this recipe. It is run.',
    ),
  seed: z.number().int().min(0).max(0x7fffffff).default(0).describe('Seed of initial weights and shuffling.'),
  keepEpochs: z
    .boolean()
    .optional()
    .describe(
      'Keep the checkpoint of each epoch once the run is done; by default only those stay to which a rewind step goes back.',
    ),
  steps: z.array(RecipeStep).min(1),
});
export type Recipe = z.infer<typeof Recipe>;
/** A recipe as a person writes it, without defaults. */
export type RecipeInput = z.input<typeof Recipe>;
