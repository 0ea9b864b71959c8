import path from 'node:path';
import { UserError } from '../../../protocol/errors';
import type { FinetuneStep } from '../../../protocol/steps/finetune';
import type { TrainStep } from '../../../protocol/steps/train';
import type { EpochRecord, StepResult } from '../../../protocol/run';
import type { Provenance } from '../../../protocol/model';
import type { ModelContent, Tensor } from '../../checkpoint/types';
import { writeCheckpoint } from '../../checkpoint/write';
import { zeroMasks } from '../../compress/prune/apply';
import type { Dataset } from '../../dataset/dataset';
import { toLayersModel, variablesByTensor, type LayersModel } from '../../model/runnable';
import { bestOf, trainModel, type TrainState } from '../../train/loop';
import { writeState } from '../state';
import { epochFolder, isLastChange, readBack, stamped, type Work } from '../work';
import type { StepKind } from './kind';

/**
 * Trains, from random weights or with the zeros held, and goes on with the best epoch by validation accuracy. Each epoch
 * leaves its checkpoint and the state from which the run can be resumed.
 */
async function perform(work: Work, step: TrainStep | FinetuneStep, resume?: TrainState): Promise<StepResult> {
  const { prepared, listener, out, state } = work;
  const { data, recipe } = prepared;
  if (!data) throw new Error(`a ${step.step} step was let through without data`);
  const start = work.model;
  const done = resume?.records.length ?? 0;
  const model = await toLayersModel(done > 0 ? await readBack(work, epochFolder(work, done)) : start);
  let records: EpochRecord[];
  try {
    records = await trainModel({
      model,
      data,
      epochs: step.epochs,
      batchSize: step.batchSize,
      learningRate: step.learningRate,
      schedule: step.schedule,
      seeds: [recipe.seed, state.step],
      stage: step.step === 'train' ? 'training' : 'fine-tuning',
      masks: step.step === 'finetune' ? heldZeros(start, model) : undefined,
      resume,
      signal: listener.signal,
      onProgress: (progress, training) => {
        listener.report({ kind: 'progress', progress, ...(training ? { training } : {}) });
      },
      onEpoch: async (reached, best) => {
        const record = reached.records.at(-1)!;
        const content = stamped(work, withWeightsOf(start, model), [
          ...state.accuracies,
          ...accuraciesOf(step.step, record, data),
        ]);
        await writeCheckpoint(path.join(out, epochFolder(work, record.epoch)), content);
        if (best && isLastChange(work)) await writeCheckpoint(out, content);
        await writeState(out, state, reached);
        listener.report({ kind: 'epoch', step: step.step, epochs: step.epochs, record });
      },
    });
  } finally {
    model.dispose();
  }
  const best = bestOf(records);
  if (!best) throw new Error('training ended without an epoch');
  state.start = epochFolder(work, best.epoch);
  work.model = await readBack(work, state.start);
  state.accuracies.push(...accuraciesOf(step.step, best, data));
  if (step.step === 'train') state.before = best.testAccuracy;
  else state.afterFineTune = best.testAccuracy;
  return { step: step.step, epochs: records, best };
}

/** A model with the weights that `running`, built from it, has now. The order of its tensors, which decides the bytes, stays. */
function withWeightsOf(model: ModelContent, running: LayersModel): ModelContent {
  const variables = variablesByTensor(running, model.tensors.keys());
  const tensors = new Map<string, Tensor>();
  for (const tensor of model.tensors.values()) {
    if (tensor.group === 'optimizer') continue;
    const data = variables.get(tensor.name)?.read().dataSync();
    const known = data instanceof Float32Array || data instanceof Int32Array || data instanceof Uint8Array;
    tensors.set(tensor.name, known ? { ...tensor, data: data.slice() } : tensor);
  }
  return { ...model, tensors };
}

/** The zeros of a model's kernels as masks of the variables of `running`, built from it. */
function heldZeros(model: ModelContent, running: LayersModel): Map<string, Uint8Array> {
  const masks = zeroMasks(model);
  const variables = variablesByTensor(running, masks.keys());
  return new Map(
    [...masks].map(([name, mask]) => {
      const variable = variables.get(name);
      if (!variable)
        throw new UserError(
          `The zeros of the tensor "${name}" cannot be held, because no layer has it: convert the model again.`,
        );
      return [variable.originalName, mask];
    }),
  );
}

function accuraciesOf(step: string, record: EpochRecord, { info }: Dataset): Provenance['accuracies'] {
  const after = `${step}, epoch ${record.epoch}`;
  const sampleData = info.sample;
  return [
    { after, split: 'validation', samples: info.images.validation, accuracy: record.validationAccuracy, sampleData },
    { after, split: 'test', samples: info.images.test, accuracy: record.testAccuracy, sampleData },
  ];
}

const training = { runsModel: () => true, perform };
export const train: StepKind<TrainStep> = training;
export const finetune: StepKind<FinetuneStep> = training;
