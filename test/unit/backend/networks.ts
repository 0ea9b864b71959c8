import { layers, tf } from '../../../src/engine/backend/tf';

const { conv2d, dense, flatten, maxPooling2d } = layers.layers;
const INPUT = { inputShape: [28, 28, 1] };

function stack(...parts: layers.layers.Layer[]): layers.Sequential {
  return layers.sequential({ layers: parts });
}

/** The networks that must train and evaluate without a single cpu kernel. */
export const networks: Readonly<Record<string, () => layers.Sequential>> = {
  'fashion-cnn': () =>
    stack(
      conv2d({ ...INPUT, filters: 32, kernelSize: 3, padding: 'same', activation: 'relu' }),
      maxPooling2d({ poolSize: 2 }),
      conv2d({ filters: 64, kernelSize: 3, padding: 'same', activation: 'relu' }),
      maxPooling2d({ poolSize: 2 }),
      conv2d({ filters: 64, kernelSize: 3, padding: 'same', activation: 'relu' }),
      flatten(),
      dense({ units: 128 }),
      dense({ units: 10 }),
    ),
  'lenet-300-100': () =>
    stack(
      flatten(INPUT),
      dense({ units: 300, activation: 'relu' }),
      dense({ units: 100, activation: 'relu' }),
      dense({ units: 10 }),
    ),
  'lenet-5': () =>
    stack(
      conv2d({ ...INPUT, filters: 20, kernelSize: 5 }),
      maxPooling2d({ poolSize: 2 }),
      conv2d({ filters: 50, kernelSize: 5 }),
      maxPooling2d({ poolSize: 2 }),
      flatten(),
      dense({ units: 500, activation: 'relu' }),
      dense({ units: 10 }),
    ),
};

/** Numbers in [-1, 1) that are the same on each call. */
export function numbers(length: number, seed = 1): Float32Array {
  let state = seed;
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return state / 0x40000000 - 1;
  });
}

/** `count` images whose brightness tells their class, with one-hot labels. */
export function examples(count: number, seed = 1): { images: tf.Tensor; labels: tf.Tensor; classes: Int32Array } {
  const classes = Int32Array.from({ length: count }, (_, i) => (i * 7 + seed) % 10);
  const pixels = numbers(count * 784, seed).map((value, i) => value * 0.2 + (classes[Math.floor(i / 784)]! - 4.5) / 5);
  const labels = tf.tidy(() => tf.oneHot(tf.tensor1d(classes, 'int32'), 10).toFloat());
  return { images: tf.tensor(pixels, [count, 28, 28, 1]), labels, classes };
}

/** One optimiser step on logits and one-hot labels; returns the loss. */
export function trainStep(
  net: layers.Sequential,
  optimizer: tf.Optimizer,
  images: tf.Tensor,
  labels: tf.Tensor,
): tf.Scalar {
  const loss = (): tf.Scalar =>
    tf.losses.softmaxCrossEntropy(labels, net.apply(images, { training: true }) as tf.Tensor);
  return optimizer.minimize(loss, true)!;
}

/** Gives a network weights that are the same on each call. */
export function setWeights(net: layers.Sequential): void {
  const weights = net.getWeights().map((weight, i) => {
    const fanIn = weight.size / weight.shape.at(-1)!;
    return tf.tensor(
      numbers(weight.size, i + 3).map((value) => value / Math.sqrt(fanIn)),
      weight.shape,
    );
  });
  net.setWeights(weights);
  tf.dispose(weights);
}
