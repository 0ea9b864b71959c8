import { layers } from '../model/layers-model/tfjs-layers';
import { tf } from '../tf';

const BATCH = 50;
const WARM_UP = 4;
const STEPS = 12;

/**
 * Returns the milliseconds of the fastest of a few training steps of a small convolutional network (50 images of 28 x
 * 28) on the active backend.
 */
export async function timeSteps(): Promise<number> {
  const { conv2d, dense, flatten, maxPooling2d } = layers.layers;
  const convolution = { kernelSize: 3, padding: 'same', activation: 'relu' } as const;
  const network = layers.sequential({
    layers: [
      conv2d({ ...convolution, filters: 16, inputShape: [28, 28, 1] }),
      maxPooling2d({ poolSize: 2 }),
      conv2d({ ...convolution, filters: 32 }),
      maxPooling2d({ poolSize: 2 }),
      flatten(),
      dense({ units: 10 }),
    ],
  });
  const loss = (truth: tf.Tensor, logits: tf.Tensor): tf.Tensor => tf.losses.softmaxCrossEntropy(truth, logits);
  network.compile({ optimizer: tf.train.adam(1e-3), loss });
  const images = tf.randomUniform([BATCH, 28, 28, 1], -1, 1, 'float32', 1);
  const classes = tf.tidy(() => tf.oneHot(tf.range(0, BATCH, 1, 'int32').mod(tf.scalar(10, 'int32')), 10).toFloat());
  let fastest = Infinity;
  for (let step = 0; step < WARM_UP + STEPS; step++) {
    const start = performance.now();
    await network.trainOnBatch(images, classes);
    if (step >= WARM_UP) fastest = Math.min(fastest, performance.now() - start);
  }
  network.dispose();
  tf.dispose([images, classes]);
  return fastest;
}
