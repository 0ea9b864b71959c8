import type { RecipeStep, StepName } from '../../protocol/steps';

/** What the runner asks of a kind of step. */
interface Facts {
  /** Ends in another model than it began with. */
  readonly changesModel: boolean;
  /** Trains, leaving a checkpoint for each epoch. */
  readonly trains: boolean;
  /** Makes the model smaller or sparser: accuracy is told before the first of these and after the last. */
  readonly compresses: boolean;
}

const facts: Readonly<Record<StepName, Facts>> = {
  train: { changesModel: true, trains: true, compresses: false },
  prune: { changesModel: true, trains: false, compresses: true },
  remove: { changesModel: true, trains: false, compresses: true },
  target: { changesModel: true, trains: false, compresses: true },
  finetune: { changesModel: true, trains: true, compresses: false },
  recalibrate: { changesModel: true, trains: false, compresses: false },
  rewind: { changesModel: true, trains: false, compresses: false },
  evaluate: { changesModel: false, trains: false, compresses: false },
};

/** Steps that end in another model than they began with. */
export const changesModel = ({ step }: RecipeStep): boolean => facts[step].changesModel;

/** The size of the input for which a recipe counts MACs, where the model leaves it open; the last that a step gives. */
export const inputShapeOf = (steps: readonly RecipeStep[]): readonly number[] | undefined =>
  steps.flatMap((step) => ('inputShape' in step && step.inputShape ? [step.inputShape] : [])).at(-1);

/** Steps that train, epoch by epoch. */
export const trains = ({ step }: RecipeStep): boolean => facts[step].trains;

/** Steps that make the model smaller or sparser. */
export const compresses = (step: RecipeStep): boolean =>
  facts[step.step].compresses || ('gradual' in step && step.gradual !== undefined);
