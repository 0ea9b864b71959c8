import type { tf } from '../tf';
import { kernel, type Kernels } from './kernel';
import { ADAM_STEP } from './own-kernels';

/** The inputs of the step for each weight. */
export const ADAM_PARTS = ['weight', 'first', 'second', 'gradient'] as const;
export type AdamPart = (typeof ADAM_PARTS)[number];

/** Names an input: the part of the weight with this index. */
export const adamInput = (part: AdamPart, index: number): string => `${part}${index}`;

interface AdamAttributes {
  readonly count: number;
  readonly beta1: number;
  readonly beta2: number;
}

/**
 * Records a step of Adam. Its inputs are those of `adamInput` for all weights, all float32 and not empty, and the
 * scalars `rate` and `epsilon`. Returns the next first moment, second moment and weight of each.
 */
const adamStep = kernel<Readonly<Record<string, tf.TensorInfo>>, AdamAttributes>((inputs, attributes, context) => {
  const { count, beta1, beta2 } = attributes;
  const results: tf.TensorInfo[] = [];
  for (let i = 0; i < count; i++) {
    const [weight, first, second, gradient] = ADAM_PARTS.map((part) => inputs[adamInput(part, i)]!);
    const { shape } = weight!;
    const average = (decay: number, squared: boolean, before: tf.TensorInfo): tf.TensorInfo =>
      context.record({ kind: 'MovingAverage', attributes: { decay, squared } }, [before, gradient!], shape, 'float32');
    const [m, v] = [average(beta1, false, first!), average(beta2, true, second!)];
    const operands = [weight!, m, v, inputs['rate']!, inputs['epsilon']!];
    results.push(m, v, context.record({ kind: 'AdamUpdate', attributes: {} }, operands, shape, 'float32'));
  }
  return results;
});

/** The optimizer step. */
export const adamKernels: Kernels = new Map([[ADAM_STEP, adamStep]]);
