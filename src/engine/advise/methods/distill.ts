import { percent } from '../../../protocol/format';
import type { AdviceMethod, Circumstances, Family } from './method';
import { effort, inEightBits } from './training';

/** A student begins with random weights, so it learns longer than a recovery. */
const LONGER = 1.5;

/** A narrower model that learns from the model. */
const student = (about: Circumstances): Family => ({
  name: 'student',
  strengths: [0.4, 0.65],
  between: true,
  reduces: ['macs', 'latency', 'bytes'],
  title: (gone) => `A new model of ${percent(1 - gone, 0)} of the width`,
  does: (gone, work) =>
    `Trains a new model of the same kind, with ${percent(1 - gone, 0)} of the channels of each layer and ${percent(work, 0)} less work, from the answers of this one; its weights are then kept in 8 bits.`,
  steps: (gone) => [
    {
      ...{ step: 'distill', width: Number((1 - gone).toFixed(4)), compare: false },
      ...{ ...effort(about, LONGER), alpha: 0.9, learningRate: 0.002 },
    },
    ...inEightBits,
  ],
});

/** It makes a new model, so it tells nothing of single layers. */
export const distill: AdviceMethod = {
  name: 'distill',
  families: (about) => (about.trains ? [student(about)] : []),
};
