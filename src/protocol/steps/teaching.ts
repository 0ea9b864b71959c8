import * as z from 'zod';

/** The name of the teacher that is the model at the start of the run. */
export const START_TEACHER = 'start';

/** How the answers of a teacher count. */
export const teaching = {
  temperature: z.number().min(1).max(100).default(4).describe('Temperature that softens both outputs.'),
  alpha: z.number().min(0).max(1).default(0.5).describe("Weight of the teacher's answers against the labels, 0 to 1."),
};

/**
 * Knowledge distillation (Hinton et al. 2015): the loss is alpha T^2 KL(teacher || student), both softened by the
 * temperature T, plus (1 - alpha) times the loss against the targets. Steps and pixels are softened each by itself, and so
 * are labels of which any number is right; numbers are taught by the squared error; of several outputs, the weighted sum
 * counts.
 */
export const Distill = z.strictObject({
  teacher: z
    .string()
    .min(1)
    .default(START_TEACHER)
    .describe(
      'start: the model at the start of the run; or the path of a checkpoint with the same inputs and outputs.',
    ),
  ...teaching,
});
export type Distill = z.infer<typeof Distill>;
