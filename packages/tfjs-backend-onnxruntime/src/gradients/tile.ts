import { tf } from '../tf';
import type { GradientFunction } from './gradient-function';

/**
 * The gradient of `tile`: the sum over the repetitions, in one reduction. tfjs adds one slice for each repetition:
 * layer normalization of 100 images of 7 x 7 made graphs of 10,000 operations.
 */
export const tileGradient: GradientFunction = (dy, [x], attributes) => ({
  x: () => {
    const reps = attributes['reps'] as number[];
    const shape: number[] = [];
    const repeated: number[] = [];
    for (const [axis, length] of x!.shape.entries()) {
      const times = reps[axis]!;
      if (times > 1) repeated.push(shape.push(times) - 1);
      if (times === 1 || length > 1) shape.push(length);
    }
    return tf.reshape(tf.sum(tf.reshape(dy, shape), repeated), x!.shape);
  },
});
