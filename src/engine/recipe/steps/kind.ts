import type { RecipeStep, StepResult } from '../../../protocol/steps';
import type { ModelContent } from '../../checkpoint/types';
import type { TrainState } from '../../train/loop';
import type { Outlook, PlanContext } from '../planning/outlook';
import type { Prepared } from '../types';
import type { RunContext } from '../run-context';

/** What the engine knows of one kind of step; all of them are in `list.ts`. */
export interface StepKind<Step extends RecipeStep> {
  /** Refuses, before anything is written, what cannot be done. */
  readonly validate?: Validation<Step>;
  /** Says what it would come to, without writing anything. @throws UserError, CancelledError */
  readonly plan: (context: PlanContext, step: Step) => Promise<Outlook>;
  /** Does it, from where `resume` left off. @throws UserError, CancelledError */
  readonly run: (context: RunContext, step: Step, resume?: TrainState) => Promise<StepResult>;
}

/** Checks of a step, each with more at hand than the one before. All throw UserError. */
export interface Validation<Step extends RecipeStep> {
  /** Checks what the recipe alone tells; `where` begins the sentence. */
  readonly recipe?: (step: Step, where: string, steps: readonly RecipeStep[]) => void;
  /** Tries whether step and model fit, and answers the model as far as that changes it. */
  readonly dryRun?: (model: ModelContent, step: Step, read: Pick<Prepared, 'start' | 'referenced'>) => ModelContent;
  /** Tries what takes a model that runs. */
  readonly preflight?: (step: Step, prepared: Prepared) => Promise<void>;
}
