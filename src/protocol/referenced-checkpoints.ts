import type { Recipe } from './recipe';
import type { RecipeStep } from './steps';
import { START_TEACHER } from './steps/distill';

/** The recipe with other paths for the checkpoints that its steps refer to, such as a teacher. */
export function withReferencedCheckpoints<R extends Pick<Recipe, 'steps'>>(
  recipe: R,
  rename: (given: string) => string,
): R {
  return { ...recipe, steps: recipe.steps.map((step) => renamed(step, rename)) };
}

function renamed(step: RecipeStep, rename: (given: string) => string): RecipeStep {
  if (step.step === 'rewind') return typeof step.to === 'string' ? { ...step, to: rename(step.to) } : step;
  if (!('distill' in step) || !step.distill || step.distill.teacher === START_TEACHER) return step;
  return { ...step, distill: { ...step.distill, teacher: rename(step.distill.teacher) } };
}
