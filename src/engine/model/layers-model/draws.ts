import { Random } from '../../dataset/random';

/**
 * Runs `work`, which must not be asynchronous, while `Math.random` draws from a stream of its own for these keys. TensorFlow.js
 * takes the seeds of dropout and noise from there and has no other way in, so that without this no training could be repeated.
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
