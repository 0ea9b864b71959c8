import { UserError } from '../../../protocol/errors';
import type { RunEvent } from '../../../protocol/run';
import { reportedMetrics, type EpochRecord } from '../../../protocol/epoch';
import { mainText, METRICS, metricWords, type MetricValue, type MetricValues } from '../../../protocol/metric';
import type { DistillStep } from '../../../protocol/steps/distill';
import type { FinetuneStep } from '../../../protocol/steps/finetune';
import type { TrainStep } from '../../../protocol/steps/train';
import type { Provenance } from '../../../protocol/model';
import type { ModelContent, Tensor } from '../../checkpoint/types';
import { kernelSparsity } from '../../compress/prune/gradual';
import type { Dataset } from '../../dataset/open-data';
import type { Network } from '../../model/network';
import { trainModel, type Trained, type TrainOptions } from '../../train/loop';
import { exactly } from '../as-stored';
import { dropEpochs, forgetEpochs } from '../clean-epochs';
import { measure, recordOf } from '../measured';
import { writeState } from '../folder/state';
import { writeStored } from '../folder/stored';
import { isLastChange, keep, stamped, type RunContext } from '../run-context';

/** A step that trains. */
export type TrainingStep = TrainStep | FinetuneStep | DistillStep;

/** The events of a training; fields that a step adds go with each. */
type Event = Extract<RunEvent, { kind: 'progress' | 'epoch' }>;

/** One training of a step. */
export interface Training extends Pick<
  TrainOptions,
  'network' | 'data' | 'seeds' | 'stage' | 'masks' | 'constraints' | 'gradual' | 'distillation' | 'resume'
> {
  readonly step: TrainingStep;
  /** The description of the network. */
  readonly model: ModelContent;
  /** The folder of an epoch's checkpoint. */
  readonly nameOf: (epoch: number) => string;
  /** True where the sparsity of each epoch is recorded. */
  readonly isSparse: boolean;
  /** Tells whether an epoch that is the best of this training is also the best result of the run so far. */
  readonly isBest?: (record: EpochRecord) => boolean;
  /** Changes an event before it is reported. */
  readonly told?: (event: Event) => Event;
}

/** Trains a network. Each epoch leaves its checkpoint and the state from which the run can resume. */
export async function trainEpochs(context: RunContext, training: Training): Promise<Trained> {
  const { listener, folder, state } = context;
  const { step, model, nameOf, isSparse, isBest = () => true, gradual, told = (event) => event, ...options } = training;
  const { network, data } = options;
  return trainModel({
    ...step,
    ...options,
    gradual,
    signal: listener.signal,
    ...(isSparse ? { sparsity: () => kernelSparsity(withWeightsOf(model, network)) } : {}),
    onProgress: (progress, now) => {
      listener.report(told({ kind: 'progress', progress, ...(now ? { training: now } : {}) }));
    },
    onMask: (epoch, sparsity) => {
      listener.report({ kind: 'mask', epoch, sparsity });
    },
    onEpoch: async (reached, best) => {
      const record = reached.records.at(-1)!;
      const content = stamped(context, exactly(withWeightsOf(model, network)), [
        ...state.accuracies,
        ...recordsOf(step.step, record, data),
      ]);
      await keep(context, nameOf(record.epoch), content);
      if (best && isBest(record) && isLastChange(context))
        state.latest = (await writeStored(folder, '', content, { interim: true })).hashes;
      const unneeded = forgetEpochs(context, reached);
      await writeState(folder, state, reached);
      await dropEpochs(folder, unneeded);
      listener.report(told({ kind: 'epoch', step: step.step, epochs: step.epochs, record }));
    },
  });
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

/** Returns the main metrics of an epoch as a checkpoint records them. */
export function recordsOf(
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

/** Largest difference between two measurements of the same model: of a share, or relative to another metric. */
const SAME = 1e-3;

function isSame({ name, value }: MetricValue, { value: other }: MetricValue): boolean {
  return Math.abs(value - other) <= SAME * (METRICS[name].isShare ? 1 : Math.max(Math.abs(value), Math.abs(other)));
}

/** Measures the best epoch from its files. @throws UserError where it differs from the measurement during training */
export async function checkAnswers(
  { prepared, model, listener, folder }: RunContext,
  best: EpochRecord,
): Promise<void> {
  const read = await measure(prepared, model, listener);
  const trained = reportedMetrics(best);
  if (!read || isSame(read.metrics[0], trained[0])) return;
  throw new UserError(
    `The run in ${folder.given} cannot go on, because the checkpoint of epoch ${best.epoch} does not answer as the network that was trained (${read.split} ${metricWords(read.metrics[0])}, not ${mainText(trained)}), by an internal error: Secateur cannot train this model.`,
  );
}

/** @throws UserError where the schedule of the learning rate contradicts itself; `where` begins the sentence */
export function checkRates({ schedule, warmup = 0, decay, decayEvery, epochs }: TrainingStep, where: string): void {
  if (warmup >= epochs)
    throw new UserError(
      `${where} warms up for ${warmup} epochs but has only ${epochs}: give it a shorter "warmup" or more "epochs".`,
    );
  const users: Record<string, readonly TrainingStep['schedule'][]> = {
    decay: ['exponential', 'step'],
    decayEvery: ['step'],
  };
  for (const [name, value] of Object.entries({ decay, decayEvery }))
    if (value !== undefined && !users[name]!.includes(schedule))
      throw new UserError(
        `${where} has "${name}", which means nothing to the schedule ${schedule}: leave it out, or choose the schedule ${users[name]!.join(' or ')}.`,
      );
}
