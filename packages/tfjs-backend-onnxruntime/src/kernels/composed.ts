import type { tf } from '../tf';
import type { KernelContext } from './kernel';

/**
 * Answers a kernel call by several operations. What they leave on the way has no tensor and no owner: it is given up once
 * the last one is recorded.
 *
 * @param build the result, or undefined to leave the call to the cpu kernel
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
    giveUp: (x) => context.giveUp(x),
  });
  // One of its own, whichever of the steps or inputs it is.
  const kept = result && context.alias(result, result.shape);
  for (const step of between) context.giveUp(step);
  return kept;
}
