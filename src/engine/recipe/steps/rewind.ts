import { UserError } from '../../../protocol/errors';
import type { RewindStep } from '../../../protocol/steps/rewind';
import type { StepResult } from '../../../protocol/steps';
import type { ModelContent } from '../../checkpoint/types';
import { normalizationName, sameNormalization } from '../../../protocol/normalization';
import { keptCounts } from '../../compress/counts';
import { rewind as rewound } from '../../compress/rewind';
import { storedNormalization } from '../../measure/normalization/fit';
import { asStored } from '../as-stored';
import { epochFolder } from '../folder/layout';
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
  typeof to === 'string' ? `The checkpoint "${to}"` : `Epoch ${to} of the train step`;

async function early(context: RunContext, to: RewindStep['to']): Promise<ModelContent> {
  const { referenced, start, recipe } = context.prepared;
  if (typeof to === 'string') {
    const found = referenced.checkpoints.get(to);
    if (!found) throw new Error(`the checkpoint ${to} was not read`);
    return found;
  }
  if (to === 0) return start;
  const [first] = context.state.results;
  const epochs = first?.step === 'train' ? first.epochs.length : 0;
  if (to > epochs)
    throw new UserError(
      `The train step stopped after epoch ${epochs}, so the model cannot be rewound to epoch ${to}: choose an earlier one.`,
    );
  return readBack(context, epochFolder(recipe, 0, to));
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

// The epochs of a train step have the tensors with which it began.
const dryRun = (
  model: ModelContent,
  { to }: RewindStep,
  { start, referenced }: Pick<Prepared, 'start' | 'referenced'>,
) => rewound(model, typeof to === 'string' ? (referenced.checkpoints.get(to) ?? start) : start, sourceOf(to)).model;

async function plan({ session, referenced }: PlanContext, step: RewindStep): Promise<Outlook> {
  const { checkpoint } = session;
  await checkPixels(step, { referenced, data: null, parent: checkpoint });
  const model = asStored(dryRun(checkpoint, step, { start: checkpoint, referenced }));
  const counts = keptCounts(checkpoint, model);
  return { kind: 'same', counts, apply: () => Promise.resolve({ model, counts }) };
}

export const rewind: StepKind<RewindStep> = {
  validate: {
    recipe: ({ to }, where, [first]) => {
      if (typeof to === 'string') return;
      if (first?.step !== 'train')
        throw new UserError(
          `${where} goes back to epoch ${to}, but the recipe has no train step: give "to" the path of a checkpoint.`,
        );
      if (to > first.epochs)
        throw new UserError(
          `${where} goes back to epoch ${to}, but the train step has only ${first.epochs} epochs: choose an earlier one.`,
        );
    },
    preflight: checkPixels,
    dryRun,
  },
  plan,
  run,
};
