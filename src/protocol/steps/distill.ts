import * as z from 'zod';

/** The teacher that is the model with which the run began. */
export const START_TEACHER = 'start';

/**
 * Knowledge distillation (Hinton et al. 2015): the loss is alpha T^2 KL(teacher || student), both softened by the
 * temperature T, plus (1 - alpha) times the cross-entropy with the labels.
 */
export const Distill = z.strictObject({
  teacher: z
    .string()
    .min(1)
    .default(START_TEACHER)
    .describe(
      'start: the model with which the run began; or the path of a checkpoint with the same inputs and outputs.',
    ),
  temperature: z.number().min(1).max(100).default(4).describe('Temperature by which both outputs are softened.'),
  alpha: z.number().min(0).max(1).default(0.5).describe("Weight of the teacher's answers against the labels, 0 to 1."),
});
export type Distill = z.infer<typeof Distill>;
