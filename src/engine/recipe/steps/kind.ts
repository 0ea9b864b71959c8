import type { RecipeStep, StepResult } from '../../../protocol/steps';
import type { ModelContent } from '../../checkpoint/types';
import type { TrainState } from '../../train/loop';
import type { Outlook, PlanContext } from '../planning/outlook';
import type { Prepared } from '../types';
import type { WorkSizes } from '../work-sizes';
import type { Restrictions, RunContext } from '../run-context';

/** The engine's side of one kind of step; all of them are in `list.ts`. */
export interface StepKind<Step extends RecipeStep> {
  /** Refuses impossible steps before anything is written. */
  readonly validate?: Validation<Step>;
  /** Plans the step without writing anything. @throws UserError, CancelledError */
  readonly plan: (context: PlanContext, step: Step) => Promise<Outlook>;
  /**
   * Returns what training keeps of the step's work, by tensor name, where the values alone do not say all: the form of a
   * weight, and the weights of full precision behind it.
   * @param before the model at the start of the step
   */
  readonly constraints?: (before: ModelContent, step: Step) => Restrictions;
  /** True where only the run tells which layers there are afterwards: later steps are checked again then. */
  readonly settles?: boolean;
  /** Counts the examples that pass the network beside epochs and measurements of the model, for the clock of the run. */
  readonly passes?: (step: Step, sizes: WorkSizes) => number;
  /** Runs the step, from where `resume` left off. @throws UserError, CancelledError */
  readonly run: (context: RunContext, step: Step, resume?: TrainState) => Promise<StepResult>;
}

/** Checks of a step, each with more context than the one before. All throw UserError. */
export interface Validation<Step extends RecipeStep> {
  /** Checks the step by the recipe alone; `where` begins the sentence. */
  readonly recipe?: (step: Step, where: string, steps: readonly RecipeStep[]) => void;
  /** Checks that step and model fit, and returns the changed model as far as it is known. */
  readonly dryRun?: (
    model: ModelContent,
    step: Step,
    read: Pick<Prepared, 'start' | 'referenced'>,
  ) => ModelContent | Promise<ModelContent>;
  /** Checks that need a running model. */
  readonly preflight?: (step: Step, prepared: Prepared) => Promise<void>;
}
