import { Random } from '../../dataset/random';

/**
 * Runs the synchronous function `work` while `Math.random` draws from a stream for these keys. TensorFlow.js takes the
 * seeds of dropout and noise from `Math.random`, so training would not be repeatable otherwise.
 */
export function withDraws<T>(keys: readonly number[], work: () => T): T {
  const stream = new Random(...keys);
  const { random } = Math;
  Math.random = () => stream.uint32() / 2 ** 32;
  try {
    return work();
  } finally {
    Math.random = random;
  }
}
