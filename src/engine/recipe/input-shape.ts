import type { RecipeStep } from '../../protocol/steps';

/**
 * Returns the input size for which a recipe counts MACs, where the model leaves it open: the last one that a step gives.
 */
export const inputShapeOf = (steps: readonly RecipeStep[]): readonly number[] | undefined =>
  steps.flatMap((step) => ('inputShape' in step && step.inputShape ? [step.inputShape] : [])).at(-1);
