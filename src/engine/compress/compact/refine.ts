import { tf } from '../../tf';
import type { NormalEquations } from '../reconstruct/least-squares';
import { alternate } from './alternate';
import type { Convolution } from './convolution';
import type { Form, Values } from './form';

/** A convolution with a form, in units of the scale of its outputs. */
export interface Approximation {
  readonly convolution: Pick<Convolution, 'taps' | 'inputs' | 'outputs'>;
  readonly form: Form;
  readonly factors: readonly Values[];
}

export interface RefineOptions {
  /** The original kernel, inputs x outputs. */
  readonly original: tf.Tensor2D;
  readonly rounds?: number;
  /** To be awaited from time to time; an error that it throws ends the work. */
  readonly pause: () => Promise<void>;
}

/** Returns factors whose kernel makes outputs that come nearer to the wanted ones, see `alternate`. */
export async function refine(
  { convolution, form, factors }: Approximation,
  equations: NormalEquations,
  { original, ...options }: RefineOptions,
): Promise<Values[]> {
  const start = tensorsOf(factors);
  const sum = tf.tidy(() => tf.sum(tf.mul(original, equations.products)));
  let better: tf.Tensor[] = [];
  try {
    const [spread] = await sum.data<'float32'>();
    better = await alternate(equations, start, {
      ...{ original, spread: Math.max(0, spread!), compose: (of) => form.compose(convolution, of) },
      ...options,
    });
    const values: Values[] = [];
    for (const one of better) values.push({ shape: one.shape, data: (await one.data<'float32'>()).slice() });
    return values;
  } finally {
    tf.dispose([...start, ...better, sum]);
  }
}

/** Computes the kernel that factors stand for, inputs x outputs; a new tensor. */
export const composed = ({ convolution, form, factors }: Approximation): tf.Tensor2D =>
  tf.tidy(() => form.compose(convolution, tensorsOf(factors)));

const tensorsOf = (factors: readonly Values[]): tf.Tensor[] =>
  factors.map(({ data, shape }) => tf.tensor(data, [...shape]));
