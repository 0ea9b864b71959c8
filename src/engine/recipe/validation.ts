import { needsDataset } from '../../protocol/dataset';
import { UserError } from '../../protocol/errors';
import type { Recipe } from '../../protocol/recipe';
import { needsData, stepDefinition } from '../../protocol/steps';
import { kindOf } from './steps/kinds';

/**
 * Checks from the recipe alone that its steps can follow one another and have what they need.
 * @throws UserError
 */
export function validateRecipe({ checkpoint, data, steps }: Recipe): void {
  steps.forEach((step, index) => {
    const where = `Step ${index + 1} of the recipe (${step.step})`;
    if (stepDefinition(step.step).traits.startsModel) {
      if (checkpoint !== undefined)
        throw new UserError(
          `${where} starts from random weights, but the recipe names a checkpoint: remove "checkpoint", or use finetune.`,
        );
      if (index > 0)
        throw new UserError(
          `${where} would throw away what the steps before it did: ${step.step} can only be the first step.`,
        );
    } else if (index === 0 && checkpoint === undefined) {
      throw new UserError(`${where} needs a model: give the recipe a "checkpoint", or let it begin with a train step.`);
    }
    kindOf(step).validate?.recipe?.(step, where, steps);
    if (needsData(step) && data === undefined) throw new UserError(needsDataset(where, 'recipe'));
  });
}
