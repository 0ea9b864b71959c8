import type { RecipeStep, StepResult } from '../../../protocol/steps';
import type { ModelContent } from '../../checkpoint/types';
import type { TrainState } from '../../train/loop';
import type { Prepared } from '../types';
import type { Work } from '../work';

/** What the runner knows of one kind of step; the table of all of them is in `kinds.ts`. */
export interface StepKind<Step extends RecipeStep> {
  /** Checks what the recipe alone tells; `where` begins the sentence. @throws UserError */
  readonly check?: (step: Step, where: string, steps: readonly RecipeStep[]) => void;
  /** Tries, before anything is written, whether step and model fit, and answers the model as far as that changes it. @throws UserError */
  readonly rehearse?: (model: ModelContent, step: Step, read: Pick<Prepared, 'start' | 'named'>) => ModelContent;
  /** Tries, before anything is written, what takes a model that runs. @throws UserError */
  readonly tryOut?: (step: Step, prepared: Prepared) => Promise<void>;
  /** Does it, from where `resume` left off. @throws UserError, CancelledError */
  readonly perform: (work: Work, step: Step, resume?: TrainState) => Promise<StepResult>;
}
