import { changesModel, trains, type RecipeStep } from '../../protocol/steps';
import { PruneStep } from '../../protocol/steps/prune';
import type { Progress } from '../../protocol/measure';
import { withSession, type Session } from '../checkpoint/store';
import type { Checkpoint, ModelContent } from '../checkpoint/types';
import type { Referenced } from '../recipe/referenced';
import type { PlanData } from '../recipe/planning/outlook';
import { kindOf } from '../recipe/steps/kinds';
import { studentOf } from '../recipe/student';
import { overModel } from '../compress/prune/gradual';
import { pauseUnless } from '../pause';

/** Context of steps that are applied in memory. */
export interface ApplyContext {
  readonly session: Session;
  readonly data: PlanData;
  readonly seed: number;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}

/**
 * Applies the steps of a recipe in memory, as their plans do. Training is left out; what it prunes on its way is pruned at once.
 * @throws UserError where a step does not fit the model, CancelledError
 */
export async function applied(steps: readonly RecipeStep[], context: ApplyContext): Promise<ModelContent> {
  const { session } = context;
  let model: ModelContent = session.checkpoint;
  for (const wanted of steps) {
    await pauseUnless(context.signal);
    const before = model;
    const step = withoutTraining(wanted, session.checkpoint, before);
    if (!step) continue;
    model =
      before === session.checkpoint
        ? await appliedTo(session, step, context)
        : await withSession(inMemory(session.checkpoint, before), (own) => appliedTo(own, step, context));
  }
  return model;
}

/** Returns the step that stands for one before training, on a model that is reached from `start`; none for one that only trains. */
function withoutTraining(step: RecipeStep, start: ModelContent, model: ModelContent): RecipeStep | undefined {
  if (!changesModel(step)) return undefined;
  // A student is a new model.
  if (!trains(step) || step.step === 'distill') return step;
  if (step.step !== 'finetune' || !step.gradual) return undefined;
  const { score, samples, scope, granularity, protect, sparsity } = overModel(step.gradual, start, model);
  const amount = { amount: { sparsity } };
  return PruneStep.parse({ step: 'prune', score, samples, scope, granularity, protect, ...amount });
}

/** The recipes of an advice name no other files. */
export const NOTHING_REFERENCED: Referenced = { checkpoints: new Map(), architectures: new Map() };

async function appliedTo(session: Session, step: RecipeStep, context: ApplyContext): Promise<ModelContent> {
  const { data, seed, signal, onProgress } = context;
  // Its plan would train for a moment, to tell the time.
  if (step.step === 'distill')
    return studentOf(step, { model: session.checkpoint, referenced: NOTHING_REFERENCED }, seed);
  const outlook = await kindOf(step).plan(
    { session, referenced: NOTHING_REFERENCED, seed, data, signal, moves: false, onProgress },
    step,
  );
  const done = await outlook.apply?.();
  if (!done) throw new Error(`the step ${step.step} cannot be applied without a run`);
  return done.model;
}

/** A model on the way, as a checkpoint: only its content counts. */
const inMemory = (start: Checkpoint, model: ModelContent): Checkpoint => ({
  ...start,
  ...model,
  companions: start.companions,
});
