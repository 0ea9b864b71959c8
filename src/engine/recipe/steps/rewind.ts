import { UserError } from '../../../protocol/errors';
import type { RewindStep } from '../../../protocol/steps/rewind';
import type { RecipeStep, StepName, StepResult } from '../../../protocol/steps';
import type { ModelContent } from '../../checkpoint/types';
import { normalizationName, sameNormalization } from '../../../protocol/normalization';
import { keptCounts } from '../../compress/counts';
import { rewind as rewound } from '../../compress/rewind';
import { storedNormalization } from '../../measure/normalization/fit';
import { asStored } from '../as-stored';
import { epochFolder, rewindTarget } from '../folder/layout';
import type { Outlook, PlanContext } from '../planning/outlook';
import type { Prepared } from '../types';
import { readBack, type RunContext } from '../run-context';
import type { StepKind } from './kind';

/** Gives the remaining weights their early values. */
async function run(context: RunContext, { to }: RewindStep): Promise<StepResult> {
  const { model, kept, zeros } = rewound(context.model, await early(context, to), sourceOf(to));
  context.model = asStored(model);
  // The metrics after fine-tuning belong to another model.
  context.state.afterFineTune = null;
  return { step: 'rewind', to, kept, zeros };
}

const sourceOf = (to: RewindStep['to']): string =>
  typeof to === 'string' ? `The checkpoint "${to}"` : `Epoch ${to} of the first training`;

async function early(context: RunContext, to: RewindStep['to']): Promise<ModelContent> {
  const { referenced, start, recipe } = context.prepared;
  if (typeof to === 'string') {
    const found = referenced.checkpoints.get(to);
    if (!found) throw new Error(`the checkpoint ${to} was not read`);
    return found;
  }
  if (to === 0) return start;
  const target = rewindTarget(recipe);
  const trained = context.state.results[target];
  const epochs = trained && 'epochs' in trained ? trained.epochs.length : 0;
  if (to > epochs)
    throw new UserError(
      `The training of step ${target + 1} stopped after epoch ${epochs}, so the model cannot be rewound to epoch ${to}: choose an earlier one.`,
    );
  return readBack(context, epochFolder(recipe, target, to));
}

/** Checks that the early weights were trained for the same pixels. @throws UserError */
function checkPixels(
  { to }: RewindStep,
  { referenced, data, parent }: Pick<Prepared, 'referenced' | 'data' | 'parent'>,
): Promise<void> {
  const early = typeof to === 'string' ? referenced.checkpoints.get(to) : undefined;
  const theirs = early && storedNormalization(early);
  const ours = data?.normalization ?? (parent ? storedNormalization(parent) : undefined);
  if (typeof to === 'string' && theirs && ours && !sameNormalization(theirs, ours))
    throw new UserError(
      `The checkpoint "${to}" takes pixels with normalization ${normalizationName(theirs)}, but the model with ${normalizationName(ours)}, so its weights cannot be gone back to: choose another checkpoint.`,
    );
  return Promise.resolve();
}

// The epochs of a training have the tensors with which it began, and nothing in between changed these.
const dryRun = (
  model: ModelContent,
  { to }: RewindStep,
  { start, referenced }: Pick<Prepared, 'start' | 'referenced'>,
) => {
  if (typeof to === 'string') return rewound(model, referenced.checkpoints.get(to) ?? start, sourceOf(to)).model;
  return to === 0 ? rewound(model, start, sourceOf(to)).model : rewound(model, model, sourceOf(to)).model;
};

async function plan({ session, referenced }: PlanContext, step: RewindStep): Promise<Outlook> {
  const { checkpoint } = session;
  await checkPixels(step, { referenced, data: null, parent: checkpoint });
  const model = asStored(dryRun(checkpoint, step, { start: checkpoint, referenced }));
  const counts = keptCounts(checkpoint, model);
  return { kind: 'same', counts, apply: () => Promise.resolve({ model, counts }) };
}

/** @throws UserError where no training before the step has this epoch, or layers changed since */
function checkEpoch(to: number, where: string, steps: readonly RecipeStep[], index: number): void {
  const target = rewindTarget({ steps });
  const training = steps[target];
  if (!training || target >= index || !('epochs' in training))
    throw new UserError(
      `${where} goes back to epoch ${to}, but no step before it trains: give "to" the path of a checkpoint.`,
    );
  if (training.step === 'distill')
    throw new UserError(
      `${where} goes back to epoch ${to}, but step ${target + 1} trains students: give "to" the path of a checkpoint.`,
    );
  if (to === 0 && training.step !== 'train')
    throw new UserError(
      `${where} goes back to random weights, but the run begins with a checkpoint: give "to" the path of a checkpoint.`,
    );
  if (to > training.epochs)
    throw new UserError(
      `${where} goes back to epoch ${to}, but step ${target + 1} trains for only ${training.epochs} epochs: choose an earlier one.`,
    );
  const changed = steps.findIndex((step, place) => place > target && place < index && reshapes(step));
  if (changed >= 0)
    throw new UserError(
      `${where} goes back to epoch ${to} of step ${target + 1}, but step ${changed + 1} (${steps[changed]!.step}) changes the layers in between: rewind before that.`,
    );
}

/** Steps after which a model has other tensors. */
const RESHAPES: ReadonlySet<StepName> = new Set(['remove', 'factorize', 'compact', 'merge', 'distill']);

const reshapes = (step: RecipeStep): boolean =>
  RESHAPES.has(step.step) || (step.step === 'target' && step.by === 'remove');

export const rewind: StepKind<RewindStep> = {
  validate: {
    recipe: (step, where, steps) => {
      if (typeof step.to === 'number') checkEpoch(step.to, where, steps, steps.indexOf(step));
    },
    preflight: checkPixels,
    dryRun,
  },
  plan,
  run,
};
