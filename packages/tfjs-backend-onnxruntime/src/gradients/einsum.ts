import { tf } from '../tf';

/** The gradient of `einsum`: another `einsum`, of the gradient of the result and the other input. */
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
      // An axis of this input alone was summed: each of its elements has the gradient of the sum.
      const { shape } = saved[position]!;
      const seen = shape.map((length, axis) => (known.has(own[axis]!) ? length : 1));
      return tf.broadcastTo(tf.reshape(product, seen), shape);
    };
    return Object.fromEntries(saved.map((_, position) => [position, () => gradientOf(position)]));
  },
};

/** Parses an equation into the axes of each input and of the result. */
export function parts(equation: string): [inputs: string[], output: string] {
  const [left, right] = equation.replaceAll(/\s/g, '').split('->') as [string, string];
  return [left.split(','), right];
}
