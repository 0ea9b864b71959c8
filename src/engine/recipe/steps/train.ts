import { UserError } from '../../../protocol/errors';
import type { FinetuneStep } from '../../../protocol/steps/finetune';
import type { TrainStep } from '../../../protocol/steps/train';
import type { StepResult } from '../../../protocol/steps';
import { reportedMetrics } from '../../../protocol/epoch';
import { ARCHITECTURES, Architecture, SHAPING, shipped } from '../../../protocol/steps/architecture';
import { Augment } from '../../../protocol/steps/augment';
import type { ModelContent } from '../../checkpoint/types';
import { keptCounts, prunedCounts } from '../../compress/counts';
import { applyPrune } from '../../compress/prune/apply';
import { initialSparsity, overModel, planByMagnitude } from '../../compress/prune/gradual';
import type { Dataset } from '../../dataset/open-data';
import { trainableOf } from '../../model/network';
import { toNetwork } from '../../model/runnable';
import { withTask } from '../../measure/tasked-network';
import { checkAugment } from '../../train/augmentation';
import { withClassWeights } from '../../train/class-weights';
import { NOTHING_TO_TRAIN, type Trained, type TrainState } from '../../train/loop';
import { measureBefore } from '../compressed';
import { keptBy } from '../few-values';
import { counted } from '../outcome';
import { epochFolder } from '../folder/layout';
import type { Outlook, PlanContext } from '../planning/outlook';
import { randomNetwork } from '../random-network';
import type { Prepared } from '../types';
import { readBack, type RunContext } from '../run-context';
import { checkAnswers, checkRates, recordsOf, trainEpochs } from './epochs';
import { checkDistill, taughtBy, tryTeacher } from './teaching';
import { checkGradual, gradualPruning } from './gradual';
import type { StepKind } from './kind';

/**
 * Trains, from random weights or with the zeros held, and continues with the best epoch by the main validation metric. Each
 * epoch leaves its checkpoint and the state from which the run can resume.
 */
async function run(context: RunContext, step: TrainStep | FinetuneStep, resume?: TrainState): Promise<StepResult> {
  const { prepared, state, model: before } = context;
  const { data } = prepared;
  if (!data) throw new Error(`a ${step.step} step was let through without data`);
  if (step.step === 'finetune' && step.gradual) await measureBefore(context);
  const { records, best } = await trainStep(context, step, data, resume);
  state.start = epochFolder(prepared.recipe, state.step, best.epoch);
  context.model = await readBack(context, state.start);
  await checkAnswers(context, best);
  state.accuracies.push(...recordsOf(step.step, best, data));
  if (step.step === 'train') state.before = reportedMetrics(best);
  else state.afterFineTune = reportedMetrics(best);
  const gradual = step.gradual && overModel(step.gradual, prepared.start, before);
  // The plan knows which layers were pruned; the weights know how many zeros they have.
  const layers = gradual && counted(planByMagnitude(context.model, gradual).layers, context.model);
  return { step: step.step, epochs: records, best, ...(layers ? { layers } : {}) };
}

async function trainStep(
  context: RunContext,
  step: TrainStep | FinetuneStep,
  data: Dataset,
  resume: TrainState | undefined,
): Promise<Trained> {
  const { prepared, state, model } = context;
  const { recipe } = prepared;
  const nameOf = (epoch: number): string => epochFolder(recipe, state.step, epoch);
  const done = resume?.records.length ?? 0;
  const network = await toNetwork(done > 0 ? await readBack(context, nameOf(done)) : model);
  let distillation: Awaited<ReturnType<typeof taughtBy>> | undefined;
  try {
    distillation =
      step.distill && (await taughtBy(context, step.distill, { data, network, augmented: step.augment !== undefined }));
    const gradual =
      step.gradual && gradualPruning(model, overModel(step.gradual, prepared.start, model), step.epochs, context);
    const { masks: held, constraints } = await keptBy(context, step);
    const masks = new Map(held);
    for (const [name, length] of gradual?.open ?? [])
      if (!masks.has(name)) masks.set(name, new Uint8Array(length).fill(1));
    return await trainEpochs(context, {
      ...{ step, model, network, data, nameOf, masks, constraints, gradual, distillation, resume },
      seeds: [recipe.seed, state.step],
      stage: step.step === 'train' ? 'training' : 'fine-tuning',
      isSparse: step.step === 'finetune' || gradual !== undefined,
    });
  } finally {
    distillation?.dispose();
    network.dispose();
  }
}

function checkRecipe(step: TrainStep | FinetuneStep, where: string): void {
  checkRates(step, where);
  if (step.step === 'train') checkShaping(step, where);
  if (step.gradual) checkGradual(step.gradual, step.epochs, where);
  if (step.distill) checkDistill(step.distill, step, where);
  if (step.augment && !Object.values(step.augment).some((value) => value !== 0))
    throw new UserError(
      `${where} has "augment", which changes nothing: give it ${Object.keys(Augment.shape)
        .map((key) => `"${key}"`)
        .join(', ')}, or leave it out.`,
    );
}

/** @throws UserError naming an option that the network does not have */
function checkShaping(step: TrainStep, where: string): void {
  const name = shipped(step.architecture);
  const takes = name ? ARCHITECTURES[name].takes : [];
  const stray = SHAPING.find((name) => step[name] !== undefined && !takes.includes(name));
  if (stray === undefined) return;
  const others = Architecture.options.filter((name) => ARCHITECTURES[name].takes.includes(stray));
  throw new UserError(
    `${where} has "${stray}", which means nothing to the network ${step.architecture}: leave it out, or choose ${others.join(' or ')}.`,
  );
}

/** Tries gradual pruning on the present weights: the result has the same layers and sparsity. */
function dryRun(model: ModelContent, step: TrainStep | FinetuneStep, { start }: Pick<Prepared, 'start'>): ModelContent {
  const gradual = step.gradual && overModel(step.gradual, start, model);
  if (!gradual) return model;
  initialSparsity(model, gradual);
  return { ...model, tensors: applyPrune(model, planByMagnitude(model, gradual)).tensors };
}

async function preflight(
  { distill, augment, classWeights }: TrainStep | FinetuneStep,
  prepared: Prepared,
): Promise<void> {
  const network = await toNetwork(prepared.start);
  try {
    if (trainableOf(network).length === 0) throw new UserError(NOTHING_TO_TRAIN);
    if (classWeights && prepared.data) {
      const examples = prepared.data.split('train');
      withClassWeights(withTask(network, examples), examples, classWeights);
    }
  } finally {
    network.dispose();
  }
  if (augment && prepared.data) checkAugment(augment, prepared.data);
  if (distill) await tryTeacher(distill, prepared.start, prepared);
}

/** The zeros are planned; only training finds their places and all other values. */
function outlook(model: ModelContent, step: TrainStep | FinetuneStep): Outlook {
  // A step is planned alone: the run starts with it.
  const gradual = step.gradual && overModel(step.gradual, model, model);
  if (!gradual) return { kind: 'same', counts: keptCounts(model) };
  initialSparsity(model, gradual);
  const { layers, totals } = planByMagnitude(model, gradual);
  return {
    kind: 'zeros',
    counts: prunedCounts(model, { layers: layers.map((layer) => ({ ...layer, threshold: null })), totals }),
    notes: [
      gradual.scope === 'global'
        ? 'How many weights become 0 is planned; how they are spread over the layers changes while they are trained.'
        : 'How many weights become 0 is planned; which they are is found while they are trained.',
    ],
  };
}

async function planTraining({ data, seed, referenced }: PlanContext, step: TrainStep): Promise<Outlook> {
  const opened = await data.opened();
  const start = await randomNetwork(step, {
    ...{ seed, data: typeof opened === 'string' ? undefined : opened },
    architectures: referenced.architectures,
  });
  const { notes = [], ...planned } = outlook(start, step);
  return {
    ...planned,
    start,
    notes: ['The network begins with random weights; the checkpoint is left out.', ...notes],
  };
}

const training = { validate: { recipe: checkRecipe, dryRun, preflight }, run };
export const train: StepKind<TrainStep> = { ...training, plan: planTraining };
export const finetune: StepKind<FinetuneStep> = {
  ...training,
  plan: ({ session }, step) => Promise.resolve(outlook(session.checkpoint, step)),
};
