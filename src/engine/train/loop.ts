import { CancelledError, UserError } from '../../protocol/errors';
import type { Progress } from '../../protocol/measure';
import { epochRecord, type EpochRecord } from '../../protocol/epoch';
import { isBetterThan, type MetricValue, type MetricValues } from '../../protocol/metric';
import type { Dataset } from '../dataset/open-data';
import { Random } from '../dataset/random';
import { evaluateModel } from '../measure/evaluate';
import { trainableOf, type Network } from '../model/network';
import { withTask, type TaskedNetwork } from '../measure/tasked-network';
import type { Meter } from '../measure/tasks/task';
import { ProgressMeter } from '../progress-meter';
import { breathe } from '../pause';
import type { Augment } from '../../protocol/steps/augment';
import type { ClassWeights } from '../../protocol/steps/class-weights';
import { Adam, type AdamState } from './adam';
import type { Constraints } from './constraints/constraint';
import { HiddenLearner } from './hidden/learner';
import { changesFor, checkAugment } from './augmentation';
import { withClassWeights } from './class-weights';
import { learningRateAt, type LearningRates, type TrainingLength } from './schedule';
import { sparsityAt, updatesMask, type SparsitySchedule } from './sparsity-schedule';
import { Steps, type Distillation } from './step';

/** The state of a training after a whole epoch. */
export interface TrainState {
  records: EpochRecord[];
  adam: AdamState;
}

/** Loss and main metric of the current epoch so far, and the number of finished epochs with fraction. */
export interface TrainingNow {
  loss: number;
  metric: MetricValue;
  epoch: number;
}

/** Gradual pruning: when the masks change, and how they are found. */
export interface GradualPruning {
  /** The schedule in optimizer steps. */
  schedule(stepsPerEpoch: number): SparsitySchedule;
  /** Returns new masks for the present weights, and the sparsity that they reach; by weight name. */
  mask(values: ReadonlyMap<string, Float32Array>, sparsity: number): Promise<MaskUpdate>;
  /** Weights that are trained on where they are pruned, and may come back. */
  readonly regrown?: ReadonlySet<string>;
}

/** Masks, and the sparsity of all kernels with them. */
export interface MaskUpdate {
  masks: ReadonlyMap<string, Uint8Array>;
  sparsity: number;
}

export interface TrainOptions extends LearningRates {
  network: Network;
  data: Dataset;
  epochs: number;
  batchSize: number;
  /** With epoch and step, the seed of the order of examples, of dropout and of noise. */
  seeds: readonly number[];
  /** Name of the progress, for example `training`. */
  stage: string;
  /** Zeros and ones for each element of a weight, by weight name: where it is 0 the weight never changes. */
  masks?: ReadonlyMap<string, Uint8Array> | undefined;
  /** The values that weights may have, by weight name. */
  constraints?: Constraints | undefined;
  /** Changes masks during training: those of the weights that have one from the start. */
  gradual?: GradualPruning | undefined;
  /** Weights of the classes in the loss that is minimized; the recorded loss is not weighted. */
  classWeights?: ClassWeights | undefined;
  /** Changes the training images at random. */
  augment?: Augment | undefined;
  /** The teacher of a distillation, which is asked for each batch where there is augmentation. */
  distillation?: Distillation | undefined;
  /** Returns the present sparsity of all kernels, for the record of an epoch. */
  sparsity?: (() => number) | undefined;
  /** Number of epochs after which training ends if the main metric on the validation split did not get better. */
  patience?: number | undefined;
  /** Resumes after the epochs recorded here; the network has the weights of that moment. */
  resume?: TrainState | undefined;
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: Progress, training?: TrainingNow) => void) | undefined;
  /**
   * Called after each update of the masks, with the finished epochs, fraction included, and the sparsity of the kernels.
   */
  onMask?: ((epoch: number, sparsity: number) => void) | undefined;
  /**
   * Called after each epoch, before the next begins; `best` where it may be chosen and no earlier one was better by the
   * main metric on the validation split.
   */
  onEpoch: (state: TrainState, best: boolean) => Promise<void>;
}

/** The message for a model whose layers are all frozen or have no weights. */
export const NOTHING_TO_TRAIN =
  'Nothing in the model can be trained, because it has no weights that are not frozen: set "trainable" to true in the layers to train, or leave the training out.';
/** Largest difference between two counts of the same zeros. */
const SAME_SPARSITY = 1e-9;

/** Separates the order of examples from other uses of the same seed. */
const SHUFFLE_STREAM = 0x5f0f1e;

/**
 * Returns the record that is best by the main metric on the validation split; the last of equals, since it was trained
 * longer, at a lower rate.
 */
export const bestOf = (records: readonly EpochRecord[]): EpochRecord | undefined =>
  records.reduce<EpochRecord | undefined>(
    (best, record) => (best && isBetterThan(best.validation, record.validation) ? best : record),
    undefined,
  );

/** The results of training: a record of each epoch, and the best by the main validation metric of those at full sparsity. */
export interface Trained {
  records: EpochRecord[];
  best: EpochRecord;
}

/** State that the epochs of one training share. */
interface Session {
  options: TrainOptions;
  tasked: TaskedNetwork;
  adam: Adam;
  taken: Steps;
  length: TrainingLength;
  sparsity: SparsitySchedule | undefined;
}

/**
 * Trains a network in place by Adam on the loss of its task. Seed, data and backend decide every bit of the result, also after
 * a resume.
 * @throws UserError where model and data do not fit or training diverges, CancelledError within one step of the signal
 */
export async function trainModel(options: TrainOptions): Promise<Trained> {
  const { network, data, epochs, batchSize, gradual, resume } = options;
  const images = data.split('train');
  const own = withTask(network, images);
  const tasked = options.classWeights ? withClassWeights(own, images, options.classWeights) : own;
  if (batchSize > images.length)
    throw new UserError(
      `A batch of ${batchSize} ${images.noun} is more than the ${images.length} training ${images.noun} of the dataset: choose a smaller batch size.`,
    );
  if (options.augment) {
    checkAugment(options.augment, data);
    if (tasked.task.placed === true || network.inputs.length > 1)
      throw new UserError(
        'Augmentation moves the pixels of images, but neither targets that belong to them nor other inputs: leave "augment" out.',
      );
  }
  const weights = trainableOf(network);
  if (weights.length === 0) throw new UserError(NOTHING_TO_TRAIN);
  const length = { epochs, stepsPerEpoch: Math.floor(images.length / batchSize) };
  const masks = options.masks ?? new Map<string, Uint8Array>();
  const kept = {
    masks,
    ...(gradual?.regrown ? { shadowed: gradual.regrown } : {}),
    ...(options.constraints ? { constraints: options.constraints } : {}),
  };
  // Frozen kernels are pruned too.
  const frozen = [...network.variables.values()].filter(({ name, trainable }) => !trainable && masks.has(name));
  const { seeds, distillation } = options;
  const hidden = distillation?.teacher.hidden;
  const learner = hidden && new HiddenLearner(hidden.teaching, hidden.lessons, hidden.scales, seeds, resume?.adam);
  const trained = [...weights, ...(learner?.weights ?? [])];
  const adam = new Adam([...trained, ...(gradual ? frozen : [])], kept, resume?.adam);
  const taken = new Steps({ tasked, weights: trained, adam, seeds, distillation, learner });
  const session = { options, tasked, adam, taken, length, sparsity: gradual?.schedule(length.stepsPerEpoch) };
  const records = [...(resume?.records ?? [])];
  try {
    if (records.length === 0) await updateMasks(session, 0);
    while (records.length < epochs && !isOutOfPatience(choosable(session, records), options.patience)) {
      const record = await runEpoch(session, records.length + 1);
      records.push(record);
      const best = bestOf(choosable(session, records)) === record;
      const saved = await adam.save();
      await options.onEpoch({ records: [...records], adam: (await learner?.save(saved)) ?? saved }, best);
    }
  } finally {
    taken.dispose();
    adam.dispose();
    learner?.dispose();
  }
  const best = bestOf(choosable(session, records));
  if (!best) throw new Error('training ended without an epoch to choose');
  return { records, best };
}

/** Returns the epochs among which the best is chosen: those that ended at full sparsity. */
function choosable({ sparsity, length }: Session, records: readonly EpochRecord[]): readonly EpochRecord[] {
  return records.filter(({ epoch }) => epoch * length.stepsPerEpoch >= (sparsity?.end ?? 0));
}

/** Returns true where the last `patience` epochs brought no better validation metric. */
export function isOutOfPatience(records: readonly EpochRecord[], patience = Infinity): boolean {
  const best = bestOf(records)?.validation[0].value;
  const first = records.find(({ validation }) => validation[0].value === best);
  return first !== undefined && records.at(-1)!.epoch - first.epoch >= patience;
}

/** Updates the masks where the schedule says so after `done` optimizer steps. */
async function updateMasks({ options, adam, length, sparsity: schedule }: Session, done: number): Promise<void> {
  const { gradual } = options;
  if (!gradual || !schedule || !updatesMask(schedule, done)) return;
  const values = await adam.maskedValues();
  const update = await gradual.mask(values, sparsityAt(schedule, done));
  await adam.setMasks(update.masks, values);
  await requireZeros(adam, update.masks);
  const sparsity = options.sparsity?.() ?? update.sparsity;
  const excess = sparsity - update.sparsity;
  if (excess < -SAME_SPARSITY || (excess > SAME_SPARSITY && !adam.roundsToZero))
    throw new Error(`the weights have a sparsity of ${sparsity} where their masks have ${update.sparsity}`);
  options.onMask?.(done / length.stepsPerEpoch, sparsity);
}

/** @throws Error where a weight that a mask prunes is not 0 */
async function requireZeros(adam: Adam, masks: ReadonlyMap<string, Uint8Array>): Promise<void> {
  const now = await adam.maskedWeights();
  for (const [name, mask] of masks) {
    const values = now.get(name);
    if (!values || mask.some((kept, i) => kept === 0 && values[i] !== 0))
      throw new Error(`the weight ${name} is not cut where its mask says so`);
  }
}

async function runEpoch(session: Session, epoch: number): Promise<EpochRecord> {
  const { options } = session;
  const start = performance.now();
  const metrics = await runSteps(session, epoch);
  const validation = await metricsOn(options, 'validation', epoch);
  const test = options.data.has('test') ? await metricsOn(options, 'test', epoch) : undefined;
  const seconds = (performance.now() - start) / 1000;
  const learningRate = learningRateAt(options, epoch * session.length.stepsPerEpoch - 1, session.length);
  const sparsity = options.sparsity?.();
  return epochRecord({
    epoch,
    loss: metrics.loss,
    training: metrics.values,
    validation,
    ...(test ? { test } : {}),
    seconds,
    learningRate,
    ...(sparsity === undefined ? {} : { sparsity }),
  });
}

/**
 * Runs the optimizer steps of one epoch over all training examples in a shuffled order; the last partial batch is
 * dropped.
 */
async function runSteps(session: Session, epoch: number): Promise<Meter> {
  const { options, tasked, taken, length } = session;
  const { batchSize, augment, signal, onProgress } = options;
  const images = options.data.split('train').shuffled(new Random(SHUFFLE_STREAM, ...options.seeds, epoch));
  const steps = length.stepsPerEpoch;
  const total = steps * batchSize;
  const metrics = tasked.task.meter();
  const meter = new ProgressMeter(
    `${options.stage}, epoch ${epoch} of ${options.epochs}`,
    total,
    images.noun,
    (progress) => {
      const done = epoch - 1 + progress.done / total;
      onProgress?.(progress, { loss: metrics.loss, metric: metrics.main, epoch: done });
    },
  );
  for (let step = 0; step < steps; step++) {
    if (signal?.aborted) throw new CancelledError();
    const plain = images.batch(step * batchSize, batchSize);
    const batch = augment
      ? images.changed(plain, changesFor(augment, images.shape, plain.members, [...options.seeds, epoch]))
      : plain;
    const done = (epoch - 1) * steps + step;
    const rate = learningRateAt(options, done, length);
    metrics.add(await taken.take(batch, rate, done), tasked.targetsOf(batch), batch.count);
    if (!Number.isFinite(metrics.loss))
      throw new UserError(
        `Training diverged in epoch ${epoch}, step ${step + 1}: the loss is no longer a number; choose a learning rate smaller than ${options.learningRate}.`,
      );
    await updateMasks(session, done + 1);
    meter.advance(batch.count);
    await breathe();
  }
  return metrics;
}

async function metricsOn(options: TrainOptions, split: 'validation' | 'test', epoch: number): Promise<MetricValues> {
  const { data, network, signal, onProgress } = options;
  const stage = `epoch ${epoch}: measuring on ${split} examples`;
  return (await evaluateModel(network, data.split(split), { signal, stage, onProgress })).metrics;
}
