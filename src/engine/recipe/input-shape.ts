import type { RecipeStep } from '../../protocol/steps';

/** The size of the input for which a recipe counts MACs, where the model leaves it open; the last that a step gives. */
export const inputShapeOf = (steps: readonly RecipeStep[]): readonly number[] | undefined =>
  steps.flatMap((step) => ('inputShape' in step && step.inputShape ? [step.inputShape] : [])).at(-1);
