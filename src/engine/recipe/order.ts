import { UserError } from '../../protocol/errors';
import type { Recipe, RecipeStep } from '../../protocol/recipe';

/** Steps that end in another model than they began with. */
export const changesModel = ({ step }: RecipeStep): boolean => step !== 'evaluate';

/** Steps that train, epoch by epoch. */
export const trains = ({ step }: RecipeStep): boolean => step === 'train' || step === 'finetune';

/**
 * Checks that the steps of a recipe can follow one another and have what they need, looking at the recipe only.
 * Throws UserError.
 */
export function checkOrder({ checkpoint, data, steps }: Recipe): void {
  steps.forEach((step, index) => {
    const where = `Step ${index + 1} of the recipe (${step.step})`;
    if (step.step === 'train') {
      if (checkpoint !== undefined)
        throw new UserError(
          `${where} starts from random weights, but the recipe names a checkpoint: remove "checkpoint", or use finetune.`,
        );
      if (index > 0)
        throw new UserError(
          `${where} would throw away what the steps before it did: train can only be the first step.`,
        );
    } else if (index === 0 && checkpoint === undefined) {
      throw new UserError(`${where} needs a model: give the recipe a "checkpoint", or let it begin with a train step.`);
    }
    if (step.step === 'prune' && step.amount === undefined && Object.keys(step.layers ?? {}).length === 0)
      throw new UserError(`${where} does not say how much to prune: give it an "amount", or amounts for "layers".`);
    if (step.step !== 'prune' && data === undefined)
      throw new UserError(`${where} needs a dataset: name one as "data", for example fashion-mnist.`);
  });
  if (!steps.some(changesModel))
    throw new UserError('The recipe changes nothing, so there is no checkpoint to write: use evaluate on its own.');
}
