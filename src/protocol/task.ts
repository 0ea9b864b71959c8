import * as z from 'zod';

/** The tasks that an output of a network can have. */
export const TaskName = z.enum([
  'classification',
  'multi-label',
  'regression',
  'reconstruction',
  'step-classification',
  'pixel-classification',
]);
export type TaskName = z.infer<typeof TaskName>;

/** The tasks in words, as they stand in a sentence. */
export const TASK_WORDS: Readonly<Record<TaskName, string>> = {
  classification: 'classification',
  'multi-label': 'multi-label classification',
  regression: 'regression',
  reconstruction: 'reconstruction',
  'step-classification': 'classification of each step',
  'pixel-classification': 'classification of each pixel',
};

/** The losses that Secateur computes, by the names of Keras. */
export const LossName = z.enum([
  'categorical_crossentropy',
  'binary_crossentropy',
  'categorical_focal_crossentropy',
  'binary_focal_crossentropy',
  'kl_divergence',
  'categorical_hinge',
  'hinge',
  'squared_hinge',
  'mean_squared_error',
  'mean_absolute_error',
  'mean_absolute_percentage_error',
  'mean_squared_logarithmic_error',
  'huber',
  'log_cosh',
  'poisson',
  'cosine_similarity',
]);
export type LossName = z.infer<typeof LossName>;

/** The task of one output of a network. */
export const TaskInfo = z.object({
  name: TaskName,
  loss: LossName,
  /** One sentence that says the task, and why it is that. */
  said: z.string(),
  /** Name of the network's output, where it has several. */
  output: z.string().optional(),
});
export type TaskInfo = z.infer<typeof TaskInfo>;
