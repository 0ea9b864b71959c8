import { tf } from '../../../tf';
import { trainableOf } from '../../../model/network';
import { Adam } from '../../../train/adam';
import { gradientsOf, variablesOf } from '../../calibration/gradients';
import { eachBatch } from '../../calibration/subject';
import { GradientSums, type Term } from './gradient-sums';
import type { ImportanceScore } from './score';

/** The default of training. */
const BATCH_SIZE = 100;
const LEARNING_RATE = 0.001;
/** Keeps the random draws of layers apart from other uses of the same seed. */
const STREAM = 0x303e;

/** -w g: above 0 where the step moves a weight away from 0, below 0 where it moves the weight towards 0. */
export const movementTerm: Term = (weight, gradient) => -weight * gradient;

/**
 * Movement (Sanh et al. 2020, "Movement Pruning: Adaptive Sparsity by Fine-Tuning"): -w g summed over the steps of a
 * training by Adam. A copy of the model is trained and then discarded.
 */
export const movement: ImportanceScore = {
  pooling: 'mean',
  score: ({ statistics }) => statistics.slice(),
  unseen: 'no gradient reaches it',
  calibrate: async (subject, names) => {
    const kernels = variablesOf(subject, names);
    const trained = trainableOf(subject.tasked.network);
    const variables = new Map([...trained.map(({ name, variable }) => [name, variable] as const), ...kernels]);
    const adam = new Adam(trained, { masks: new Map() });
    const sums = new GradientSums(movementTerm);
    try {
      await eachBatch(subject, BATCH_SIZE, async (batch, index) => {
        const weights = new Map<string, Float32Array>();
        for (const [name, variable] of kernels) weights.set(name, (await variable.data<'float32'>()).slice());
        const gradients = await gradientsOf(subject, variables, batch, {
          pass: { training: true, draws: [STREAM, subject.options.seed, index] },
          step: (all) => {
            const { rate, epsilon } = adam.begin(LEARNING_RATE);
            adam.apply(all, { rate: tf.scalar(rate), epsilon: tf.scalar(epsilon) });
          },
        });
        const ofKernels = [...gradients].filter(([name]) => kernels.has(name));
        sums.add(new Map(ofKernels), (name) => weights.get(name)!);
      });
    } finally {
      adam.dispose();
    }
    return sums.statistics;
  },
};
