import type { tf } from '../tf';
import type { KernelContext } from './kernel';

/**
 * Answers a kernel call by several operations. Their intermediate values have no owner and are released when the last
 * operation is recorded.
 *
 * @param build returns the result, or undefined to leave the call to the cpu kernel
 */
export function composed(
  context: KernelContext,
  build: (steps: KernelContext) => tf.TensorInfo | undefined,
): tf.TensorInfo | undefined {
  const between: tf.TensorInfo[] = [];
  const noted = (x: tf.TensorInfo): tf.TensorInfo => {
    between.push(x);
    return x;
  };
  const result = build({
    record: (...operation) => noted(context.record(...operation)),
    alias: (...view) => noted(context.alias(...view)),
    store: (...values) => noted(context.store(...values)),
    view: (...part) => noted(context.view(...part)),
    computed: (x) => context.computed(x),
    release: (x) => context.release(x),
  });
  // An alias of its own, because the result may be a step or an input.
  const kept = result && context.alias(result, result.shape);
  for (const step of between) context.release(step);
  return kept;
}
