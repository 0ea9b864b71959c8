import { tf, type layers } from '../../testing/tf';
import { numbers } from '../../testing/networks';
import { shippedNetworks } from '../../testing/networks/shipped';

/** The shipped networks by name. */
export const networks: Readonly<Record<string, () => layers.LayersModel>> = Object.fromEntries(
  shippedNetworks.map((network) => [network.name, () => network.build()]),
);

/** `count` images with a brightness for each class, and one-hot labels. */
export function examples(count: number, seed = 1): { images: tf.Tensor; labels: tf.Tensor; classes: Int32Array } {
  const classes = Int32Array.from({ length: count }, (_, i) => (i * 7 + seed) % 10);
  const pixels = numbers(count * 784, seed).map((value, i) => value * 0.2 + (classes[Math.floor(i / 784)]! - 4.5) / 5);
  const labels = tf.tidy(() => tf.oneHot(tf.tensor1d(classes, 'int32'), 10).toFloat());
  return { images: tf.tensor(pixels, [count, 28, 28, 1]), labels, classes };
}

/** Takes one optimizer step on logits and one-hot labels; returns the loss. */
export function trainStep(
  net: layers.LayersModel,
  optimizer: tf.Optimizer,
  images: tf.Tensor,
  labels: tf.Tensor,
): tf.Scalar {
  const loss = (): tf.Scalar =>
    tf.losses.softmaxCrossEntropy(labels, net.apply(images, { training: true }) as tf.Tensor);
  return optimizer.minimize(loss, true)!;
}

/** Sets weights that are the same on each call. */
export function setWeights(net: layers.LayersModel): void {
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
