import { tf } from '../../../tf';
import { Adam } from '../../../train/adam';
import { trainedWeights } from '../../../train/step';
import { gradientsOf, variablesOf } from '../../calibration/gradients';
import { eachBatch } from '../../calibration/subject';
import { GradientSums, type Term } from './gradient-sums';
import type { ImportanceScore } from './score';

/** As training does by default. */
const BATCH_SIZE = 100;
const LEARNING_RATE = 0.001;

/** -w g: above 0 where the step moves a weight away from 0, below where it moves it towards 0. */
export const movementTerm: Term = (weight, gradient) => -weight * gradient;

/**
 * Movement (Sanh et al. 2020, "Movement Pruning: Adaptive Sparsity by Fine-Tuning"): -w g summed over the steps of a
 * training by Adam, here of a copy that is thrown away.
 */
export const movement: ImportanceScore = {
  pooling: 'mean',
  score: ({ statistics }) => statistics.slice(),
  unseen: 'no gradient reaches it',
  calibrate: async (subject, names) => {
    const kernels = variablesOf(subject, names);
    const trained = trainedWeights(subject.classifier.model);
    const variables = new Map([...trained.map(({ name, variable }) => [name, variable] as const), ...kernels]);
    const adam = new Adam(trained, { masks: new Map() });
    const sums = new GradientSums(movementTerm);
    try {
      await eachBatch(subject, BATCH_SIZE, async (batch) => {
        const weights = new Map<string, Float32Array>();
        for (const [name, variable] of kernels) weights.set(name, (await variable.data<'float32'>()).slice());
        const gradients = await gradientsOf(subject, variables, batch, (all) => {
          const { rate, epsilon } = adam.begin(LEARNING_RATE);
          adam.apply(all, { rate: tf.scalar(rate), epsilon: tf.scalar(epsilon) });
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
