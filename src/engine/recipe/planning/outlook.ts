import type { Progress } from '../../../protocol/measure';
import type { PlanCounts, StepPlan } from '../../../protocol/plan';
import type { Session } from '../../checkpoint/store';
import type { ModelContent } from '../../checkpoint/types';
import type { Dataset, OpenData } from '../../dataset/open-data';
import type { Referenced } from '../referenced';

/** Context of planning a step. */
export interface PlanContext {
  /** The open checkpoint at the start of the step. */
  readonly session: Session;
  /** Checkpoints that the step references. */
  readonly referenced: Referenced;
  /** Seed of the recipe, for random scores. */
  readonly seed: number;
  readonly data: PlanData;
  /** More plans of the same kind follow, with other amounts. */
  readonly moves: boolean;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}

/** The data of a plan, opened at the first request; a sentence where it is not available. */
export interface PlanData {
  /** A dataset was chosen. */
  readonly chosen: boolean;
  opened(): Promise<OpenData | string>;
  /** The data as the model takes it. */
  fitted(): Promise<Dataset | string>;
  /** The same for a step that cannot be planned without. @param who begins the sentence. @throws UserError */
  needed(who: string): Promise<Dataset>;
}

/** The counts of a step's plan. */
export interface Outlook {
  readonly kind: StepPlan['kind'];
  readonly counts: PlanCounts;
  /** The model at the start of the step, where that is not the checkpoint. */
  readonly start?: ModelContent;
  /** Applies the step to a copy; absent where only the run finds the weights. @throws UserError, CancelledError */
  readonly apply?: () => Promise<AppliedStep>;
  /** The model of the form that the step leaves, where only the run finds its weights. */
  readonly untrained?: ModelContent;
  /** Facts that only the run finds, one sentence each. */
  readonly notes?: readonly string[];
}

/** A step that was applied to a copy. */
export interface AppliedStep {
  /** The model with the values of its files. */
  readonly model: ModelContent;
  /** The counts of this model. */
  readonly counts: PlanCounts;
  /** For each layer of the counts, the indices of the layers in its place, where layers were replaced. */
  readonly parts?: readonly (readonly number[])[];
  /** Present where channels were removed or layers replaced. */
  readonly removal?: Pick<StepPlan, 'asked' | 'reached' | 'stoppedBy' | 'shortfall' | 'difference' | 'notCompared'>;
}
