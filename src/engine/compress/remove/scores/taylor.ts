import { eachGradient } from '../../calibration/gradients';
import { withSubject } from '../../calibration/subject';
import { inputSlices, sumSlices } from '../slices';
import type { ChannelScore } from './score';

/** Images in one batch, whose mean gradient makes one term. */
const BATCH_SIZE = 20;

/**
 * First-order Taylor expansion (Molchanov et al. 2017 and 2019). It estimates the change in loss if no kernel read the
 * channels of a group: the sum of w g over the weights that read them, squared and averaged over batches of training
 * images.
 */
export const taylor: ChannelScore = {
  comparable: true,
  score: async ({ model, groups, dataset, samples, seed, signal, onProgress }) => {
    if (!dataset) throw new Error('a score that needs data was let through without');
    const readers = inputSlices(model, groups);
    const names = readers.map(({ tensor }) => tensor.name);
    const squares = new Map<number, number>();
    const options = { samples, seed, signal, onProgress, stage: 'computing taylor scores' };
    await withSubject(model, dataset, options, (subject) =>
      eachGradient(subject, names, BATCH_SIZE, (gradients) => {
        const changes = new Map<number, number>();
        for (const reader of readers) {
          const gradient = gradients.get(reader.tensor.name);
          if (!gradient) continue;
          const sums = sumSlices(reader, (weight, at) => weight * gradient[at]!);
          reader.groups.forEach((group, i) => changes.set(group, (changes.get(group) ?? 0) + sums[i]!));
        }
        for (const [group, change] of changes) squares.set(group, (squares.get(group) ?? 0) + change * change);
      }),
    );
    return squares;
  },
};
