import type { Progress } from '../../../protocol/measure';
import type { PlanCounts, StepPlan } from '../../../protocol/plan';
import type { Session } from '../../checkpoint/store';
import type { ModelContent } from '../../checkpoint/types';
import type { Dataset, OpenData } from '../../dataset/open-data';
import type { ReferencedCheckpoints } from '../referenced-checkpoints';

/** What planning a step is given. */
export interface PlanContext {
  /** The open checkpoint with which the step would begin. */
  readonly session: Session;
  /** Checkpoints that the step names. */
  readonly referenced: ReferencedCheckpoints;
  /** The recipe's, for random scores. */
  readonly seed: number;
  readonly data: PlanData;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}

/** The data of a plan, opened when it is first asked for; a sentence where it cannot be had. */
export interface PlanData {
  opened(): Promise<OpenData | string>;
  /** As the model takes it. */
  fitted(): Promise<Dataset | string>;
  /** The same where the step cannot be planned without. @param who begins the sentence. @throws UserError */
  needed(who: string): Promise<Dataset>;
}

/** What a step would come to, as far as the counts go. */
export interface Outlook {
  readonly kind: StepPlan['kind'];
  readonly counts: PlanCounts;
  /** The model with which the step begins, where that is not the checkpoint. */
  readonly start?: ModelContent;
  /** Does it on a copy; left out where only the run itself finds the weights. @throws UserError, CancelledError */
  readonly carryOut?: () => Promise<CarriedOut>;
  /** What only the run finds, a sentence each. */
  readonly notes?: readonly string[];
}

/** A step that was carried out on a copy. */
export interface CarriedOut {
  /** As its files would hold it. */
  readonly model: ModelContent;
  /** The counts of this very model. */
  readonly counts: PlanCounts;
  /** Where channels were removed. */
  readonly removal?: Pick<StepPlan, 'asked' | 'reached' | 'stoppedBy' | 'shortfall' | 'difference' | 'notCompared'>;
}
