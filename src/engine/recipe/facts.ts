import type { RecipeStep, StepName } from '../../protocol/steps';

/** Whether a kind of step ends in another model than it began with, and whether it trains, leaving a checkpoint for each epoch. */
const facts: Readonly<Record<StepName, { changesModel: boolean; trains: boolean }>> = {
  train: { changesModel: true, trains: true },
  prune: { changesModel: true, trains: false },
  finetune: { changesModel: true, trains: true },
  evaluate: { changesModel: false, trains: false },
};

/** Steps that end in another model than they began with. */
export const changesModel = ({ step }: RecipeStep): boolean => facts[step].changesModel;

/** Steps that train, epoch by epoch. */
export const trains = ({ step }: RecipeStep): boolean => facts[step].trains;
