import { tf } from '../../../tf';

/** Activations that TensorFlow.js lacks, or computes differently from Keras 3, by their Keras names. */
const ACTIVATIONS: Readonly<Record<string, (x: tf.Tensor) => tf.Tensor>> = {
  hard_sigmoid: (x) => hardSigmoid(x),
  hard_silu: (x) => tf.mul(x, hardSigmoid(x)),
  exponential: (x) => tf.exp(x),
  leaky_relu: (x) => tf.leakyRelu(x, 0.2),
};

const hardSigmoid = (x: tf.Tensor): tf.Tensor => tf.div(tf.relu6(tf.add(x, 3)), 6);

/** Activations that TensorFlow.js computes like Keras, by their Keras names. */
const STOCK: Readonly<Record<string, string>> = {
  silu: 'swish',
  ...Object.fromEntries(
    ['elu', 'selu', 'relu', 'relu6', 'linear', 'sigmoid', 'softplus', 'softsign', 'tanh', 'softmax', 'log_softmax', 'gelu', 'mish', 'swish'].map(
      (name) => [name, name],
    ),
  ),
}; // prettier-ignore

/** Returns the name of a Keras 3 activation here; undefined where nothing computes it. */
export function activationOfKeras3(name: string): string | undefined {
  if (Object.hasOwn(ACTIVATIONS, name)) return registeredName(name);
  return Object.hasOwn(STOCK, name) ? STOCK[name] : undefined;
}

const registeredName = (name: string): string => `keras3${name.replace(/_/g, '')}`;

for (const [name, compute] of Object.entries(ACTIVATIONS)) {
  tf.serialization.registerClass(
    class extends tf.serialization.Serializable {
      static readonly className = registeredName(name);
      getConfig(): tf.serialization.ConfigDict {
        return {};
      }
      apply(x: tf.Tensor): tf.Tensor {
        return tf.tidy(() => compute(x));
      }
    },
  );
}
