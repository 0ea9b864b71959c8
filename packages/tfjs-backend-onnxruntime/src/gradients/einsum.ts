import { tf } from '../tf';

/** The gradient of an input of `einsum` is an `einsum` as well, of the result's gradient and the other input. */
export const einsumGradient: tf.GradConfig = {
  kernelName: 'Einsum',
  saveAllInputs: true,
  gradFunc: (dy, saved, attributes) => {
    const [inputs, output] = parts(attributes['equation'] as string);
    const gradientOf = (position: number): tf.Tensor => {
      const others = saved.filter((_, i) => i !== position);
      const known = new Set([output, ...inputs.filter((_, i) => i !== position)].join(''));
      const own = inputs[position]!.split('');
      const given = own.filter((axis) => known.has(axis)).join('');
      const operands = [output, ...inputs.filter((_, i) => i !== position)].join();
      const product = tf.einsum(`${operands}->${given}`, dy as tf.Tensor, ...others);
      // An axis that is in no other place was summed up: each of its numbers has the gradient of the sum.
      const { shape } = saved[position]!;
      const seen = shape.map((length, axis) => (known.has(own[axis]!) ? length : 1));
      return tf.broadcastTo(tf.reshape(product, seen), shape);
    };
    return Object.fromEntries(saved.map((_, position) => [position, () => gradientOf(position)]));
  },
};

/** The axes of each input and of the result of an equation. */
export function parts(equation: string): [inputs: string[], output: string] {
  const [left, right] = equation.replaceAll(/\s/g, '').split('->') as [string, string];
  return [left.split(','), right];
}
