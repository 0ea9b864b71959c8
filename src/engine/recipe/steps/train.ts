import { UserError } from '../../../protocol/errors';
import type { FinetuneStep } from '../../../protocol/steps/finetune';
import type { TrainStep } from '../../../protocol/steps/train';
import type { StepResult } from '../../../protocol/steps';
import { reportedMetrics, type EpochRecord } from '../../../protocol/epoch';
import { mainText, METRICS, metricWords, type MetricValue, type MetricValues } from '../../../protocol/metric';
import { ARCHITECTURES, Architecture, SHAPING, shipped } from '../../../protocol/steps/architecture';
import { Augment } from '../../../protocol/steps/augment';
import type { LearningRateSchedule } from '../../../protocol/steps/training';
import type { Provenance } from '../../../protocol/model';
import type { ModelContent, Tensor } from '../../checkpoint/types';
import { keptCounts, prunedCounts } from '../../compress/counts';
import { applyPrune } from '../../compress/prune/apply';
import { initialSparsity, kernelSparsity, planByMagnitude } from '../../compress/prune/gradual';
import type { Dataset } from '../../dataset/open-data';
import { trainableOf, type Network } from '../../model/network';
import { toNetwork } from '../../model/runnable';
import { withTask } from '../../measure/tasked-network';
import { checkAugment } from '../../train/augmentation';
import { withClassWeights } from '../../train/class-weights';
import { NOTHING_TO_TRAIN, trainModel, type Trained, type TrainState } from '../../train/loop';
import { measureBefore } from '../compressed';
import { exactly } from '../as-stored';
import { keptBy } from '../few-values';
import { measure, recordOf } from '../measured';
import { counted } from '../outcome';
import { epochFolder } from '../folder/layout';
import { writeState } from '../folder/state';
import { writeStored } from '../folder/stored';
import type { Outlook, PlanContext } from '../planning/outlook';
import { randomNetwork } from '../random-network';
import type { Prepared } from '../types';
import { isLastChange, keep, readBack, stamped, type RunContext } from '../run-context';
import { checkDistill, distillation, tryTeacher } from './distill';
import { checkGradual, gradualPruning } from './gradual';
import type { StepKind } from './kind';

/**
 * Trains, from random weights or with the zeros held, and continues with the best epoch by the main validation metric. Each
 * epoch leaves its checkpoint and the state from which the run can resume.
 */
async function run(context: RunContext, step: TrainStep | FinetuneStep, resume?: TrainState): Promise<StepResult> {
  const { prepared, state } = context;
  const { data } = prepared;
  if (!data) throw new Error(`a ${step.step} step was let through without data`);
  if (step.step === 'finetune' && step.gradual) await measureBefore(context);
  const { records, best } = await trainEpochs(context, step, data, resume);
  state.start = epochFolder(prepared.recipe, state.step, best.epoch);
  context.model = await readBack(context, state.start);
  await checkAnswers(context, best);
  state.accuracies.push(...recordsOf(step.step, best, data));
  if (step.step === 'train') state.before = reportedMetrics(best);
  else state.afterFineTune = reportedMetrics(best);
  const { gradual } = step;
  // The plan knows which layers were pruned; the weights know how many zeros they have.
  const layers = gradual && counted(planByMagnitude(context.model, gradual).layers, context.model);
  return { step: step.step, epochs: records, best, ...(layers ? { layers } : {}) };
}

/** Largest difference between two measurements of the same model: of a share, or relative to another metric. */
const SAME = 1e-3;

function isSame({ name, value }: MetricValue, { value: other }: MetricValue): boolean {
  return Math.abs(value - other) <= SAME * (METRICS[name].isShare ? 1 : Math.max(Math.abs(value), Math.abs(other)));
}

/** Measures the best epoch from its files. @throws UserError where it differs from the measurement during training */
async function checkAnswers({ prepared, model, listener, folder }: RunContext, best: EpochRecord): Promise<void> {
  const read = await measure(prepared, model, listener);
  const trained = reportedMetrics(best);
  if (!read || isSame(read.metrics[0], trained[0])) return;
  throw new UserError(
    `The run in ${folder.given} cannot go on, because the checkpoint of epoch ${best.epoch} does not answer as the network that was trained (${read.split} ${metricWords(read.metrics[0])}, not ${mainText(trained)}), by an internal error: Secateur cannot train this model.`,
  );
}

async function trainEpochs(
  context: RunContext,
  step: TrainStep | FinetuneStep,
  data: Dataset,
  resume: TrainState | undefined,
): Promise<Trained> {
  const { prepared, listener, folder, state } = context;
  const { recipe } = prepared;
  const nameOf = (epoch: number): string => epochFolder(recipe, state.step, epoch);
  const start = context.model;
  const done = resume?.records.length ?? 0;
  const network = await toNetwork(done > 0 ? await readBack(context, nameOf(done)) : start);
  let taught: Awaited<ReturnType<typeof distillation>> | undefined;
  try {
    taught =
      step.distill &&
      (await distillation(context, step.distill, { data, network, augmented: step.augment !== undefined }));
    const gradual = step.gradual && gradualPruning(start, step.gradual, step.epochs, context);
    const kept = await keptBy(context, step);
    const masks = new Map(kept.masks);
    for (const [name, length] of gradual?.open ?? [])
      if (!masks.has(name)) masks.set(name, new Uint8Array(length).fill(1));
    return await trainModel({
      ...step,
      network,
      data,
      seeds: [recipe.seed, state.step],
      stage: step.step === 'train' ? 'training' : 'fine-tuning',
      masks,
      constraints: kept.constraints,
      gradual,
      distillation: taught,
      resume,
      signal: listener.signal,
      ...(step.step === 'finetune' || gradual ? { sparsity: () => kernelSparsity(withWeightsOf(start, network)) } : {}),
      onProgress: (progress, training) => {
        listener.report({ kind: 'progress', progress, ...(training ? { training } : {}) });
      },
      onMask: (epoch, sparsity) => {
        listener.report({ kind: 'mask', epoch, sparsity });
      },
      onEpoch: async (reached, best) => {
        const record = reached.records.at(-1)!;
        const content = stamped(context, exactly(withWeightsOf(start, network)), [
          ...state.accuracies,
          ...recordsOf(step.step, record, data),
        ]);
        await keep(context, nameOf(record.epoch), content);
        if (best && isLastChange(context))
          state.latest = (await writeStored(folder, '', content, { interim: true })).hashes;
        await writeState(folder, state, reached);
        listener.report({ kind: 'epoch', step: step.step, epochs: step.epochs, record });
      },
    });
  } finally {
    taught?.dispose();
    network.dispose();
  }
}

/** Returns a model with the present weights of its network. The order of its tensors, which decides the bytes, stays. */
function withWeightsOf(model: ModelContent, { variables }: Network): ModelContent {
  const tensors = new Map<string, Tensor>();
  for (const tensor of model.tensors.values()) {
    if (tensor.group === 'optimizer') continue;
    const data = variables.get(tensor.name)!.variable.dataSync();
    // A shadow below 0 times a mask of 0 is -0, whose bytes differ from the 0 that a prune step writes.
    if (data instanceof Float32Array) tensors.set(tensor.name, { ...tensor, data: data.map((value) => value + 0) });
    else if (data instanceof Int32Array || data instanceof Uint8Array)
      tensors.set(tensor.name, { ...tensor, data: data.slice() });
    else throw new Error(`the weight ${tensor.name} cannot be written`);
  }
  return { ...model, tensors };
}

function recordsOf(
  step: string,
  { epoch, validation, test }: EpochRecord,
  { info }: Dataset,
): Provenance['accuracies'] {
  const of = (split: 'validation' | 'test', metrics: MetricValues) =>
    recordOf(`${step}, epoch ${epoch}`, metrics, {
      split,
      samples: info.examples[split],
      sampleData: info.sample,
    });
  return [of('validation', validation), ...(test ? [of('test', test)] : [])];
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

function checkRates(
  { schedule, warmup = 0, decay, decayEvery, epochs }: TrainStep | FinetuneStep,
  where: string,
): void {
  if (warmup >= epochs)
    throw new UserError(
      `${where} warms up for ${warmup} epochs but has only ${epochs}: give it a shorter "warmup" or more "epochs".`,
    );
  const users: Record<string, readonly LearningRateSchedule[]> = {
    decay: ['exponential', 'step'],
    decayEvery: ['step'],
  };
  for (const [name, value] of Object.entries({ decay, decayEvery }))
    if (value !== undefined && !users[name]!.includes(schedule))
      throw new UserError(
        `${where} has "${name}", which means nothing to the schedule ${schedule}: leave it out, or choose the schedule ${users[name]!.join(' or ')}.`,
      );
}

/** Tries gradual pruning on the present weights: the result has the same layers and sparsity. */
function dryRun(model: ModelContent, { gradual }: TrainStep | FinetuneStep): ModelContent {
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
  if (distill) await tryTeacher(distill, prepared);
}

/** The zeros are planned; only training finds their places and all other values. */
function outlook(model: ModelContent, { gradual }: TrainStep | FinetuneStep): Outlook {
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
